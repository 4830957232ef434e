package dev.finexl.store;

/**
 * How models that are brought here from elsewhere are followed, and stopped. Exists because that takes minutes, and whoever
 * waits belongs to rooms that this one does not know. Its methods are called on the waiting thread, several times a second.
 */
public interface Transfer {

    /** Nobody follows it, and nothing stops it. */
    Transfer UNHEARD = new Transfer() {};

    /**
     * Some of the bytes are here. It is not called where all were here before.
     *
     * @param done bytes of one model that are here
     * @param total bytes of that model that were not here before
     */
    default void progress(long done, long total) {}

    /** @throws java.util.concurrent.CancellationException if nobody waits any more */
    default void check() {}
}
