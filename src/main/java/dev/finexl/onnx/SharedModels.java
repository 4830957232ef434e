package dev.finexl.onnx;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Keeps opened models for whoever asks next. Exists because opening a model costs far more than using it once, many
 * requests want the same base at the same time, and a session must never be closed under a run.
 *
 * <p>Each key is opened once, however many callers ask for it at the same moment. A value is in use while it has
 * leases; of the values that are not in use the most recently used ones stay open, up to a number, and the others are
 * closed. A failed opening is told to all who waited for it and is not remembered. Thread-safe.
 *
 * @param <K> what tells models apart, by content
 * @param <V> an opened model, whose {@code close} must not throw checked exceptions
 */
public final class SharedModels<K, V extends AutoCloseable> implements AutoCloseable {

    private int idle;
    /** In the order of last use, the oldest first. */
    private final Map<K, Entry<V>> entries = new LinkedHashMap<>(16, 0.75f, true);

    private static final class Entry<V> {
        final CompletableFuture<V> value = new CompletableFuture<>();
        int leases;
    }

    /**
     * The right to use a value until the lease is closed.
     *
     * @param <V> an opened model
     */
    public interface Lease<V> extends AutoCloseable {

        /** The value; not to be used after the lease is closed, nor to be closed by its user. */
        V value();

        @Override
        void close();
    }

    /** @param idle most values that stay open without being in use */
    public SharedModels(int idle) {
        this.idle = idle;
    }

    /**
     * Waits for the value of a key, which is opened now if it is not there.
     *
     * @param open opens the value; what it throws reaches every caller that waits for this key
     */
    public Lease<V> acquire(K key, Supplier<V> open) {
        Entry<V> entry;
        boolean first;
        synchronized (entries) {
            entry = entries.get(key);
            first = entry == null;
            if (first) {
                entry = new Entry<>();
                entries.put(key, entry);
            }
            entry.leases++;
        }
        if (first) {
            openInto(key, entry, open);
        }
        try {
            return new HeldLease(entry, entry.value.join());
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void openInto(K key, Entry<V> entry, Supplier<V> open) {
        try {
            entry.value.complete(open.get());
        } catch (RuntimeException | Error e) {
            synchronized (entries) {
                entries.remove(key);
            }
            entry.value.completeExceptionally(e);
            if (e instanceof Error error) {
                throw error;
            }
        }
    }

    private void release(Entry<V> entry) {
        List<V> evicted = new ArrayList<>();
        synchronized (entries) {
            entry.leases--;
            long unused = entries.values().stream().filter(e -> e.leases == 0).count();
            Iterator<Entry<V>> oldest = entries.values().iterator();
            while (unused > idle && oldest.hasNext()) {
                Entry<V> candidate = oldest.next();
                if (candidate.leases == 0) {
                    oldest.remove();
                    evicted.add(candidate.value.join());
                    unused--;
                }
            }
        }
        evicted.forEach(SharedModels::closeValue);
    }

    private static void closeValue(AutoCloseable value) {
        try {
            value.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new OnnxException("a model could not be closed: " + e.getMessage(), e);
        }
    }

    /** Closes every value that is not in use; those in use are closed with their last lease. */
    @Override
    public void close() {
        List<V> closing = new ArrayList<>();
        synchronized (entries) {
            idle = 0;
            entries.values().removeIf(entry -> {
                if (entry.leases == 0) {
                    closing.add(entry.value.join());
                    return true;
                }
                return false;
            });
        }
        closing.forEach(SharedModels::closeValue);
    }

    private final class HeldLease implements Lease<V> {

        private final Entry<V> entry;
        private final V value;
        private boolean closed;

        HeldLease(Entry<V> entry, V value) {
            this.entry = entry;
            this.value = value;
        }

        @Override
        public V value() {
            if (closed) {
                throw new IllegalStateException("the lease is closed");
            }
            return value;
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                release(entry);
            }
        }
    }
}
