package dev.finexl.store.s3;

import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.Sha256;
import dev.finexl.store.Transfer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Brings models from object storage to the local disk, once, for all threads of all processes that share the folder. Exists
 * because models are gigabytes, ONNX Runtime wants to map them from disk, and many workers want the same ones at once.
 *
 * <p>A model is put together in a folder of its own that no request is served from: objects that are here already are linked
 * into it, which also keeps them here, and the others are downloaded, each under its own lock. When all are there, the folder
 * gets its name, which is the hash of the model's content. {@link CacheFolder} has the layout and {@link CacheLocks} the locks.
 *
 * <p>The races, and what settles them:
 *
 * <ul>
 *   <li><em>Two want the same object.</em> The second waits for the object's lock, and then finds the object in the index. Who
 *       has an object's lock waits for no other such lock, so nobody waits in a circle.
 *   <li><em>Two complete the same model.</em> The second finds it under its name and throws its own folder of links away.
 *   <li><em>One is removed while another is about to use it.</em> Both happen under the mutex: either the use has its lock on
 *       the model first, and the removal finds it, or the model is gone, and is got again.
 *   <li><em>An object is removed between its download and its use.</em> It is linked into the unfinished model in the same
 *       step by which it becomes known, and the unfinished model is locked by its maker.
 *   <li><em>Two fill the disk together.</em> Each reserves what it will need before it begins.
 *   <li><em>A process is killed.</em> Its locks are gone, and so the next one that makes room tells its unfinished models,
 *       reservations and partial objects from those of the living. An object's bytes are on the disk before they get their
 *       name, and the index names them after that; a model has its name only once it is complete, and loses it before its
 *       first file.
 *   <li><em>An object changes in storage.</em> The listing at the beginning of every request tells its ETag, each range is
 *       asked for on condition of that, and the index is asked for just that state.
 *   <li><em>A caller gives up.</em> What was downloaded whole stays; the object under way is thrown away, and whoever waits for
 *       it begins it anew.
 * </ul>
 *
 * <p>Whoever may write to the folder is trusted. Thread-safe.
 */
final class ModelCache {

    private static final long RETRY_MILLIS = 50;
    private static final int COLLECTION_WAITS = 5;
    private static final long COLLECTION_MILLIS = 200;

    private final S3Connection connection;
    private final CacheSettings settings;
    private Opened opened;

    /** What is made when the cache is first needed. */
    private record Opened(CacheFolder folder, CacheLocks locks, DiskBudget budget) {}

    /**
     * A model that is being put together.
     *
     * @param hashes of the objects that are linked into it
     * @param stillToCome bytes of the others
     */
    private record Assembly(
            String view, SortedMap<String, S3Object> objects, Map<String, String> hashes, AtomicLong stillToCome) {}

    ModelCache(S3Connection connection, CacheSettings settings) {
        this.connection = connection;
        this.settings = settings;
    }

    /**
     * The files of a model, which are downloaded as far as they are not here.
     *
     * @param reference how messages and provenance call the model
     * @param objects its files by their names
     * @param transfer follows the download, and can stop it
     * @return files that stay in the cache as long as the object is referred to
     * @throws ObjectChangedException if one of the objects is not in this state any more
     * @throws ModelFileException if they cannot be had whole, or there is no room for them
     */
    ModelFiles acquire(String reference, SortedMap<String, S3Object> objects, Transfer transfer) {
        try {
            Opened cache = opened();
            Optional<ModelFiles> here = cache.locks.exclusively(() -> present(cache, reference, objects));
            return here.isPresent() ? here.get() : assemble(cache, reference, objects, transfer);
        } catch (IOException e) {
            throw unusable(e);
        } catch (UncheckedIOException e) {
            throw unusable(e.getCause());
        }
    }

    private synchronized Opened opened() throws IOException {
        if (opened == null) {
            CacheFolder folder = new CacheFolder(settings.folder());
            CacheLocks locks = CacheLocks.of(folder.locks());
            opened = new Opened(folder, locks, new DiskBudget(folder, locks, settings.budget()));
        }
        return opened;
    }

    private Optional<ModelFiles> present(Opened cache, String reference, SortedMap<String, S3Object> objects)
            throws IOException {
        SortedMap<String, String> hashes = hashes(cache, objects);
        if (hashes.size() < objects.size()) {
            return Optional.empty();
        }
        String view = CacheFolder.viewOf(hashes);
        return cache.folder.isWhole(view, hashes) ? Optional.of(use(cache, reference, view, hashes)) : Optional.empty();
    }

    private SortedMap<String, String> hashes(Opened cache, SortedMap<String, S3Object> objects) throws IOException {
        SortedMap<String, String> hashes = new TreeMap<>();
        for (Map.Entry<String, S3Object> file : objects.entrySet()) {
            cache.folder.known(id(file.getValue()), file.getValue()).ifPresent(hash -> hashes.put(file.getKey(), hash));
        }
        return hashes;
    }

    private static ModelFiles use(Opened cache, String reference, String view, Map<String, String> hashes)
            throws IOException {
        String lock = DiskBudget.viewLock(view);
        if (!cache.locks.tryLock(lock, true)) {
            throw new IOException("the lock of a model that is in use cannot be shared");
        }
        cache.folder.touch(view);
        return new CachedFiles(reference, cache.folder.view(view), view, hashes, () -> cache.locks.unlock(lock));
    }

    private ModelFiles assemble(Opened cache, String reference, SortedMap<String, S3Object> objects, Transfer transfer)
            throws IOException {
        Assembly assembly = begin(cache, reference, objects);
        String lock = DiskBudget.viewLock(assembly.view);
        try {
            download(cache, assembly, transfer);
            return cache.locks.exclusively(() -> finish(cache, reference, assembly));
        } finally {
            cache.locks.exclusively(() -> {
                cache.folder.discard(assembly.view);
                cache.locks.remove(lock);
                return null;
            });
        }
    }

    private Assembly begin(Opened cache, String reference, SortedMap<String, S3Object> objects) throws IOException {
        long whole = objects.values().stream().mapToLong(S3Object::size).sum();
        Optional<Assembly> begun = Optional.empty();
        if (whole <= settings.budget()) {
            begun = cache.locks.exclusively(() -> tryBegin(cache, objects));
            if (begun.isEmpty()) {
                // As the JDK does for direct memory: models that nothing refers to are in use until that is noticed.
                System.gc();
            }
            for (int i = 0; i < COLLECTION_WAITS && begun.isEmpty(); i++) {
                awaitUnlock(cache);
                begun = cache.locks.exclusively(() -> tryBegin(cache, objects));
            }
        }
        return begun.orElseThrow(() -> new ModelFileException(
                "%s: has %d bytes, for which there is no room in the cache: finexl.storage.budget is %d bytes, and models in use stay"
                        .formatted(reference, whole, settings.budget())));
    }

    private static void awaitUnlock(Opened cache) {
        try {
            cache.locks.awaitUnlock(COLLECTION_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Links what is here before room is made for the rest, since what is linked is not removed. */
    private Optional<Assembly> tryBegin(Opened cache, SortedMap<String, S3Object> objects) throws IOException {
        SortedMap<String, String> hashes = hashes(cache, objects);
        long missing = objects.entrySet().stream()
                .filter(file -> !hashes.containsKey(file.getKey()))
                .mapToLong(file -> file.getValue().size())
                .sum();
        String view = cache.folder.begin(0);
        String lock = DiskBudget.viewLock(view);
        if (!cache.locks.tryLock(lock, false)) {
            throw new IOException("the lock of a new model cannot be taken");
        }
        boolean begun = false;
        try {
            for (Map.Entry<String, String> file : hashes.entrySet()) {
                cache.folder.link(view, file.getKey(), file.getValue());
            }
            begun = cache.budget.makeRoom(missing);
            if (begun) {
                cache.folder.reserve(view, missing);
            }
        } finally {
            if (!begun) {
                cache.folder.discard(view);
                cache.locks.remove(lock);
            }
        }
        return begun
                ? Optional.of(new Assembly(view, objects, new ConcurrentSkipListMap<>(hashes), new AtomicLong(missing)))
                : Optional.empty();
    }

    private void download(Opened cache, Assembly assembly, Transfer transfer) {
        AtomicLong done = new AtomicLong();
        long total = assembly.stillToCome.get();
        ObjectDownload download =
                new ObjectDownload(connection, settings, new Semaphore(settings.parallel()), done::addAndGet);
        Semaphore objects = new Semaphore(settings.parallel());
        List<Callable<Void>> tasks = new ArrayList<>();
        assembly.objects.forEach((name, object) -> {
            if (!assembly.hashes.containsKey(name)) {
                tasks.add(() -> {
                    objects.acquire();
                    try {
                        fetch(cache, assembly, name, download, done);
                    } finally {
                        objects.release();
                    }
                    return null;
                });
            }
        });
        if (!tasks.isEmpty()) {
            Tasks.run(tasks, () -> {
                transfer.check();
                transfer.progress(done.get(), total);
            });
            transfer.progress(total, total);
        }
    }

    /** Gets one object, be it that somebody else gets it meanwhile. */
    private void fetch(Opened cache, Assembly assembly, String name, ObjectDownload download, AtomicLong done)
            throws IOException, InterruptedException {
        S3Object object = assembly.objects.get(name);
        String id = id(object);
        String lock = DiskBudget.objectLock(id);
        while (!cache.locks.exclusively(() -> cache.locks.tryLock(lock, false))) {
            Thread.sleep(RETRY_MILLIS);
        }
        try {
            Optional<String> known = cache.locks.exclusively(() -> {
                Optional<String> hash = cache.folder.known(id, object);
                if (hash.isPresent()) {
                    link(cache, assembly, name, hash.get());
                }
                return hash;
            });
            if (known.isPresent()) {
                done.addAndGet(object.size());
                return;
            }
            String hash = download.into(cache.folder.part(id), object);
            cache.locks.exclusively(() -> {
                cache.folder.keep(id, object, hash);
                link(cache, assembly, name, hash);
                return null;
            });
        } finally {
            cache.locks.exclusively(() -> {
                Files.deleteIfExists(cache.folder.part(id));
                cache.locks.remove(lock);
                return null;
            });
        }
    }

    private static void link(Opened cache, Assembly assembly, String name, String hash) throws IOException {
        cache.folder.link(assembly.view, name, hash);
        assembly.hashes.put(name, hash);
        cache.folder.reserve(
                assembly.view,
                assembly.stillToCome.addAndGet(-assembly.objects.get(name).size()));
    }

    private static ModelFiles finish(Opened cache, String reference, Assembly assembly) throws IOException {
        SortedMap<String, String> hashes = new TreeMap<>(assembly.hashes);
        String view = CacheFolder.viewOf(hashes);
        if (!cache.folder.isWhole(view, hashes)) {
            cache.folder.publish(assembly.view, view);
        }
        return use(cache, reference, view, hashes);
    }

    /** What tells objects apart: also those of the same name on different servers. */
    private String id(S3Object object) {
        return Sha256.of(connection.settings().endpoint().map(Object::toString).orElse("") + " " + object.location());
    }

    private ModelFileException unusable(IOException e) {
        return new ModelFileException(
                "the cache folder '%s' cannot be used: %s".formatted(settings.folder(), e.getMessage()), e);
    }
}
