package dev.finexl.store.s3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides what leaves the cache: first what killed processes left behind, then objects of no model, then the models that
 * were used least recently, and never one that is in use by any process. All methods are for callers that hold the mutex.
 */
final class DiskBudget {

    private static final String VIEW = "view-";
    private static final String OBJECT = "object-";

    private final CacheFolder folder;
    private final CacheLocks locks;
    private final long budget;

    /** @param budget most bytes of objects */
    DiskBudget(CacheFolder folder, CacheLocks locks, long budget) {
        this.folder = folder;
        this.locks = locks;
        this.budget = budget;
    }

    /** The lock that is shared by all who use a model, or held by the one who puts it together. */
    static String viewLock(String view) {
        return VIEW + view;
    }

    /** The lock that is held by the one who downloads an object. */
    static String objectLock(String id) {
        return OBJECT + id;
    }

    /**
     * Makes room, as far as it can be made.
     *
     * @param bytes that are to come
     * @return whether there is room for them
     */
    boolean makeRoom(long bytes) throws IOException {
        deleteDebris();
        if (fits(bytes)) {
            return true;
        }
        folder.deleteOrphans();
        for (String view : leastRecentlyUsedFirst()) {
            if (fits(bytes)) {
                return true;
            }
            if (locks.tryLock(viewLock(view), false)) {
                folder.discard(view);
                locks.remove(viewLock(view));
                folder.deleteOrphans();
            }
        }
        return fits(bytes);
    }

    /** A lock that can be taken although its work is not done was held by a process that died. */
    private void deleteDebris() throws IOException {
        Set<String> views = folder.unfinished();
        Set<String> downloads = folder.downloads();
        for (String lock : locks.names()) {
            if (lock.startsWith(OBJECT)) {
                downloads.add(lock.substring(OBJECT.length()));
            } else if (lock.startsWith(VIEW) && !Files.exists(folder.view(lock.substring(VIEW.length())))) {
                views.add(lock.substring(VIEW.length()));
            }
        }
        for (String view : views) {
            if (locks.tryLock(viewLock(view), false)) {
                folder.discard(view);
                locks.remove(viewLock(view));
            }
        }
        for (String id : downloads) {
            if (locks.tryLock(objectLock(id), false)) {
                Files.deleteIfExists(folder.part(id));
                locks.remove(objectLock(id));
            }
        }
    }

    private boolean fits(long bytes) throws IOException {
        return bytes <= budget - folder.used();
    }

    private List<String> leastRecentlyUsedFirst() throws IOException {
        Map<String, FileTime> used = new HashMap<>();
        for (String view : folder.available()) {
            used.put(view, folder.lastUsed(view));
        }
        return used.keySet().stream()
                .sorted(Comparator.comparing((String view) -> used.get(view)).thenComparing(view -> view))
                .toList();
    }
}
