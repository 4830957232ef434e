package dev.finexl.onnx;

/** A model that is open, and knows how much memory that takes. Whoever opens it closes it, once, and when nobody uses it. */
public interface OpenModel extends AutoCloseable {

    /**
     * The memory in bytes that closing it would give back: its weights, apart from those that it has from another open
     * model, and what its runs were seen to keep ({@link ArenaMeter}). It grows with the first runs.
     */
    long bytes();

    @Override
    void close();
}
