package dev.finexl.concept;

/** Is told how far the measuring of directions has come, and may end it. */
@FunctionalInterface
public interface DirectionProgress {

    /** Listens to nothing. */
    DirectionProgress NONE = (done, total) -> {};

    /**
     * Called on the measuring thread, first with {@code done = 0} and then after every batch. An unchecked exception thrown
     * here ends the measuring at once and reaches its caller as it is: that is how it is cancelled.
     *
     * @param done texts embedded so far
     * @param total texts to embed in all, {@code prompts × (1 + wordings)}
     */
    void embedded(long done, long total);
}
