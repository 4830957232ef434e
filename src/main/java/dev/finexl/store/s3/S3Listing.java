package dev.finexl.store.s3;

import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelReferenceException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;

/**
 * Lists what is below a prefix as the files of a folder. Exists because object storage has no folders: any set of keys is
 * possible there, and one that could not be files on every disk is refused before anything is read.
 */
final class S3Listing {

    /** A model has tens of files, a folder of pictures some thousands. */
    static final int MOST_OBJECTS = 10_000;

    private final S3Connection connection;

    S3Listing(S3Connection connection) {
        this.connection = connection;
    }

    /**
     * One object.
     *
     * @throws ModelReferenceException if there is none in that state, or it may not be read
     */
    S3Object object(S3Version version) {
        S3Location location = version.location();
        try {
            HeadObjectResponse head = connection
                    .client()
                    .headObject(
                            r -> r.bucket(location.bucket()).key(location.key()).versionId(version.versionId()));
            return version.in(head.eTag(), head.contentLength());
        } catch (SdkException e) {
            throw S3Failure.of(e).at(location, e);
        }
    }

    /**
     * All objects below a folder.
     *
     * @param deep whether also those in its folders
     * @return the objects by their names, with {@code /} between folders; at least one
     * @throws ModelReferenceException if there is none, or they may not be read
     * @throws ModelFileException if there are more than {@value #MOST_OBJECTS}, or they cannot be files
     */
    SortedMap<String, S3Object> below(S3Location folder, boolean deep) {
        SortedMap<String, S3Object> objects = new TreeMap<>();
        walk(folder, deep, MOST_OBJECTS + 1, (name, object) -> {
            if (!S3Location.isAccepted(name)) {
                throw new ModelFileException(
                        "%s/: object '%s' is refused: a name has no empty part, no '.' or '..', no backslash and no control character"
                                .formatted(folder, S3Location.printable(name)));
            }
            objects.put(name, S3Object.of(folder.child(name), null, object.eTag(), object.size()));
        });
        if (objects.isEmpty()) {
            throw new ModelReferenceException("%s/: there are no objects below it".formatted(folder));
        }
        if (objects.size() > MOST_OBJECTS) {
            throw new ModelFileException("%s/: there are more than %d objects below it; expected one model or folder"
                    .formatted(folder, MOST_OBJECTS));
        }
        requireFiles(folder, objects);
        return objects;
    }

    /** The names of the first {@value #MOST_OBJECTS} objects below a folder, without those that cannot be files. */
    Set<String> names(S3Location folder) {
        Set<String> names = new TreeSet<>();
        walk(folder, true, MOST_OBJECTS, (name, _) -> {
            if (S3Location.isAccepted(name)) {
                names.add(name);
            }
        });
        return names;
    }

    private void walk(
            S3Location folder,
            boolean deep,
            int most,
            BiConsumer<String, software.amazon.awssdk.services.s3.model.S3Object> visitor) {
        ListObjectsV2Request request = ListObjectsV2Request.builder()
                .bucket(folder.bucket())
                .prefix(folder.prefix())
                .delimiter(deep ? null : "/")
                .build();
        int seen = 0;
        try {
            for (software.amazon.awssdk.services.s3.model.S3Object object :
                    connection.client().listObjectsV2Paginator(request).contents()) {
                String name = object.key().substring(folder.prefix().length());
                // Consoles make folders by empty objects whose keys end with a slash.
                boolean marker = object.size() == 0 && (name.isEmpty() || name.endsWith("/"));
                if (!marker) {
                    visitor.accept(name, object);
                }
                if (++seen == most) {
                    return;
                }
            }
        } catch (SdkException e) {
            throw S3Failure.of(e).at(folder, e);
        }
    }

    /** On some disks {@code A} and {@code a} are one file, and on none is {@code a} a file and a folder. */
    private static void requireFiles(S3Location folder, Map<String, S3Object> objects) {
        Map<String, String> files = new HashMap<>();
        for (String name : objects.keySet()) {
            String other = files.put(name.toLowerCase(Locale.ROOT), name);
            if (other != null) {
                throw clash(folder, other, name);
            }
        }
        for (String name : objects.keySet()) {
            String lower = name.toLowerCase(Locale.ROOT);
            for (int slash = lower.indexOf('/'); slash >= 0; slash = lower.indexOf('/', slash + 1)) {
                String other = files.get(lower.substring(0, slash));
                if (other != null) {
                    throw clash(folder, other, name);
                }
            }
        }
    }

    private static ModelFileException clash(S3Location folder, String one, String other) {
        return new ModelFileException("%s/: objects '%s' and '%s' cannot both be files".formatted(folder, one, other));
    }
}
