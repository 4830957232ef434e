package dev.finexl.store.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Locks that hold between threads and between processes. Exists because the operating system's file locks alone do not:
 * they belong to a process, not to a thread, and on POSIX systems closing <em>any</em> channel of a file gives up all locks
 * that the process has on it. So there is one table for each folder and process, through which each file is opened once, and
 * nothing else touches these files: even setting a file's time opens it.
 *
 * <p>There are two kinds of lock:
 *
 * <ul>
 *   <li>the <em>mutex</em>, held for the moment in which the cache is looked at or changed ({@link #exclusively});
 *   <li>named locks, exclusive or shared, held for as long as a download or the use of a model takes. They are taken, without
 *       waiting, and their files removed, only inside the mutex; so nobody ever locks a file that has lost its name.
 * </ul>
 *
 * <p>The system gives up the locks of a process that is killed. A lock that can be taken although its work is not done tells
 * that its holder died.
 */
final class CacheLocks {

    private static final Map<Path, CacheLocks> TABLES = new ConcurrentHashMap<>();
    private static final String MUTEX = "mutex";

    private final Path folder;
    private final ReentrantLock mutex = new ReentrantLock();
    private final Condition released = mutex.newCondition();
    private final Map<String, Held> held = new HashMap<>();

    private static final class Held {
        private final FileChannel channel;
        private final boolean shared;
        private int holders = 1;

        Held(FileChannel channel, boolean shared) {
            this.channel = channel;
            this.shared = shared;
        }
    }

    /** What is done inside the mutex. */
    interface Action<T> {
        T run() throws IOException;
    }

    private CacheLocks(Path folder) {
        this.folder = folder;
    }

    /** @param folder an existing folder of lock files, as a real path */
    static CacheLocks of(Path folder) {
        return TABLES.computeIfAbsent(folder, CacheLocks::new);
    }

    /**
     * Does something while no other thread of any process does anything here. It is not interruptible, and must not be
     * nested: what it does takes milliseconds.
     */
    <T> T exclusively(Action<T> action) throws IOException {
        mutex.lock();
        boolean interrupted = false;
        try {
            FileChannel locked = null;
            while (locked == null) {
                // An interrupt closes the channel of a thread that waits for a lock, so it is kept for later.
                interrupted |= Thread.interrupted();
                locked = lockedMutex();
            }
            try (FileChannel _ = locked) {
                return action.run();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            mutex.unlock();
        }
    }

    /** The mutex's channel, whose closing gives up the lock; null if the thread was interrupted while it waited. */
    private FileChannel lockedMutex() throws IOException {
        FileChannel channel = open(MUTEX);
        boolean locked = false;
        try {
            channel.lock();
            locked = true;
            return channel;
        } catch (FileLockInterruptionException _) {
            return null;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    /**
     * Takes a named lock, if nobody holds it. Only inside {@link #exclusively}.
     *
     * @param shared whether others may hold it as well, if they share it too
     * @return whether it was taken
     */
    boolean tryLock(String name, boolean shared) throws IOException {
        Held known = held.get(name);
        if (known != null) {
            if (shared && known.shared) {
                known.holders++;
                return true;
            }
            return false;
        }
        FileChannel channel = open(name);
        boolean taken = false;
        try {
            taken = channel.tryLock(0, Long.MAX_VALUE, shared) != null;
            if (taken) {
                held.put(name, new Held(channel, shared));
            }
            return taken;
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    /** Gives up a named lock of this process. */
    void unlock(String name) {
        mutex.lock();
        try {
            Held known = held.get(name);
            if (--known.holders == 0) {
                held.remove(name);
                known.channel.close();
                released.signalAll();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            mutex.unlock();
        }
    }

    /** Gives up an exclusive lock that is not needed any more, and its file. Only inside {@link #exclusively}. */
    void remove(String name) throws IOException {
        Files.deleteIfExists(folder.resolve(name));
        unlock(name);
    }

    /** Waits until this process gives up a named lock. */
    void awaitUnlock(long millis) throws InterruptedException {
        mutex.lockInterruptibly();
        try {
            released.await(millis, TimeUnit.MILLISECONDS);
        } finally {
            mutex.unlock();
        }
    }

    /** The names of the locks that are held, or were held by a process that was killed. Only inside {@link #exclusively}. */
    List<String> names() throws IOException {
        List<String> names = CacheFolder.names(folder);
        names.remove(MUTEX);
        return names;
    }

    private FileChannel open(String name) throws IOException {
        return FileChannel.open(
                folder.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }
}
