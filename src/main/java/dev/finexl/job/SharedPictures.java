package dev.finexl.job;

import dev.finexl.store.ResultStore;
import dev.finexl.store.StorageException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The pictures of jobs where every process that shares their database can read them, one file for each job below
 * {@code pictures}. A store that cannot be used costs pictures, not explanations: it is a warning. Thread-safe.
 */
public final class SharedPictures {

    /** Of a process that shares its jobs with no other. */
    public static final SharedPictures NONE = new SharedPictures(null);

    private static final Logger LOG = Logger.getLogger(SharedPictures.class);

    private final ResultStore store;

    private SharedPictures(ResultStore store) {
        this.store = store;
    }

    /** Pictures in a store that all processes have. */
    public static SharedPictures in(ResultStore store) {
        return new SharedPictures(store);
    }

    /** Whether there are any others to share with. */
    boolean isShared() {
        return store != null;
    }

    void put(String job, Map<PictureBundle.Name, byte[]> pictures) {
        if (isShared() && !pictures.isEmpty()) {
            try {
                store.put(key(job), PictureBundle.pack(pictures), "application/zip");
            } catch (StorageException e) {
                LOG.warnf("only this process has the pictures of job %s: %s", job, e.getMessage());
            }
        }
    }

    /** Empty if there are none. */
    Optional<Map<PictureBundle.Name, byte[]>> get(String job) {
        if (!isShared()) {
            return Optional.empty();
        }
        try {
            Optional<byte[]> bundle = store.get(key(job));
            return bundle.isEmpty() ? Optional.empty() : Optional.of(PictureBundle.unpack(bundle.get()));
        } catch (StorageException | IOException e) {
            LOG.warnf("the pictures of job %s cannot be had from where they are shared: %s", job, e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Removes the pictures of a job, if there are any.
     *
     * @return whether none are left
     */
    boolean remove(String job) {
        if (isShared()) {
            try {
                store.delete(key(job));
            } catch (StorageException e) {
                LOG.warnf("the pictures of job %s remain where they are shared: %s", job, e.getMessage());
                return false;
            }
        }
        return true;
    }

    private static String key(String job) {
        return "pictures/%s.zip".formatted(job);
    }
}
