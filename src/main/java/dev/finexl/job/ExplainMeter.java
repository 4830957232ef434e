package dev.finexl.job;

import dev.finexl.explain.Explanation;

/** Is told of every explanation that ends, to count it. Called on the explaining thread. */
public interface ExplainMeter {

    /** Counts nothing. */
    ExplainMeter NONE = (outcome, explanation) -> {};

    /** How an explanation ended. */
    enum Outcome {
        /** With an answer. */
        SUCCEEDED,
        /** The request or a model that it names was at fault. */
        REFUSED,
        /** The program was at fault. */
        FAILED,
        /** Its caller gave it up, or the program is ending. */
        CANCELLED
    }

    /** @param explanation null unless it succeeded */
    void ended(Outcome outcome, Explanation explanation);
}
