package dev.finexl.evaluate;

import java.util.List;

/**
 * One answer of one method, with what it should have been.
 *
 * @param name of the personalisation
 * @param key what it was made to change
 * @param lora whether it is a LoRA, which can be applied at any weight
 * @param weight at which it was applied, 1 as trained
 * @param outcome what the method says
 * @param reference what ten times the pictures say; null where they were not sampled
 */
record Case(String name, AnswerKey key, boolean lora, double weight, Outcome outcome, Reference reference) {

    /**
     * What ten times the pictures say.
     *
     * @param scores from all of them
     * @param tenths what the method says of each tenth; the first is the case's own outcome
     */
    record Reference(double[] scores, List<Outcome> tenths) {}

    boolean isFull() {
        return weight == 1;
    }

    boolean isNull() {
        return key.all().isEmpty();
    }

    /** How many of the first K named concepts are true, K being the number of true ones. */
    int hits() {
        return (int) outcome.ranking().stream()
                .limit(key.all().size())
                .filter(key.all()::contains)
                .count();
    }

    /** The share of the true concepts that are among the first K named. */
    double recall() {
        return (double) hits() / key.all().size();
    }

    /** The share of the first K named concepts that are true, fewer where fewer are named; 0 where none is. */
    double precision() {
        int named = Math.min(key.all().size(), outcome.ranking().size());
        return named == 0 ? 0 : (double) hits() / named;
    }
}
