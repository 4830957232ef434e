package dev.finexl.onnx;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Keeps opened models for whoever asks next. Exists because opening a model costs far more than using it once, many
 * requests want the same base at the same time, and a session must never be closed under a run.
 *
 * <p>Each key is opened once, however many callers ask for it at the same moment. A value is in use while it has leases. When
 * all values together take more memory than the budget, those that are neither in use nor pinned are closed, the least
 * recently used first; what is in use is never closed, so the budget can be exceeded by what is used at one time. A failed
 * opening is told to all who waited for it and is not remembered. Thread-safe.
 *
 * @param <K> what tells models apart, by content
 * @param <V> an opened model
 */
public final class SharedModels<K, V extends OpenModel> implements AutoCloseable {

    private final Predicate<K> pinned;
    private long budget;
    /** In the order of last use, the oldest first. */
    private final Map<K, Entry<V>> entries = new LinkedHashMap<>(16, 0.75f, true);

    private long hits;
    private long openings;
    private long evictions;

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

    /**
     * How things stand.
     *
     * @param open values that are open
     * @param inUse those of them that have leases
     * @param bytes memory that the open ones take
     * @param hits how often a value was asked for that was open, or about to be
     * @param openings how often one was opened
     * @param evictions how often one was closed to stay within the budget
     */
    public record Counts(int open, int inUse, long bytes, long hits, long openings, long evictions) {}

    /**
     * @param budget bytes that all values together may take; below 0, none stays open that is not in use
     * @param pinned keys of values that stay open whatever they take
     */
    public SharedModels(long budget, Predicate<K> pinned) {
        this.budget = budget;
        this.pinned = pinned;
    }

    /**
     * Waits for the value of a key, which is opened now if it is not there.
     *
     * @param open opens the value; what it throws reaches every caller that waits for this key
     */
    public Lease<V> acquire(K key, Supplier<? extends V> open) {
        Entry<V> entry;
        boolean first;
        synchronized (entries) {
            entry = entries.get(key);
            first = entry == null;
            if (first) {
                entry = new Entry<>();
                entries.put(key, entry);
                openings++;
            } else {
                hits++;
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

    /** Whether the value of a key is open, or about to be. */
    public boolean has(K key) {
        synchronized (entries) {
            // Not get, which would count as a use.
            return entries.containsKey(key);
        }
    }

    private void openInto(K key, Entry<V> entry, Supplier<? extends V> open) {
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
            return;
        }
        // What is about to be used needs its room now, not when it is given back.
        evict();
    }

    private void release(Entry<V> entry) {
        synchronized (entries) {
            entry.leases--;
        }
        evict();
    }

    private void evict() {
        List<V> evicted = new ArrayList<>();
        synchronized (entries) {
            long bytes = bytes();
            Iterator<Map.Entry<K, Entry<V>>> oldest = entries.entrySet().iterator();
            while (bytes > budget && oldest.hasNext()) {
                Map.Entry<K, Entry<V>> candidate = oldest.next();
                if (candidate.getValue().leases == 0 && !pinned.test(candidate.getKey())) {
                    V value = candidate.getValue().value.join();
                    oldest.remove();
                    evicted.add(value);
                    evictions++;
                    bytes -= value.bytes();
                }
            }
        }
        // One that is closed may give back leases of others.
        evicted.forEach(OpenModel::close);
    }

    private long bytes() {
        return entries.values().stream()
                .filter(entry -> entry.value.isDone() && !entry.value.isCompletedExceptionally())
                .mapToLong(entry -> entry.value.join().bytes())
                .sum();
    }

    /** How things stand now. */
    public Counts counts() {
        synchronized (entries) {
            int inUse = (int)
                    entries.values().stream().filter(entry -> entry.leases > 0).count();
            return new Counts(entries.size(), inUse, bytes(), hits, openings, evictions);
        }
    }

    /** Closes every value that is not in use, pinned or not; those in use are closed with their last lease. */
    @Override
    public void close() {
        List<V> closing = new ArrayList<>();
        synchronized (entries) {
            budget = -1;
            entries.values().removeIf(entry -> {
                if (entry.leases == 0) {
                    closing.add(entry.value.join());
                    return true;
                }
                return false;
            });
        }
        closing.forEach(OpenModel::close);
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
