package dev.finexl.evaluate;

import dev.finexl.decompose.Decomposer;

/** The cosine of a concept's direction f(C) with the divergence V: the naive baseline of the FineXL paper. */
record NaiveRanker() implements Ranker {

    @Override
    public String id() {
        return "naive";
    }

    @Override
    public Decomposer.Mixtures prepare(Evidence evidence) {
        return new CosineScores(evidence, evidence.concepts().directions());
    }
}
