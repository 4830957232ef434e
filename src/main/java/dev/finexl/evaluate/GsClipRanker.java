package dev.finexl.evaluate;

import dev.finexl.decompose.Decomposer;

/**
 * The cosine of a concept's own embedding E_t[C] with the divergence V, as GS-CLIP ranks candidate descriptions of a
 * shift between two sets of pictures ("GSCLIP: A Framework for Explaining Distribution Shifts in Natural Language", arXiv
 * 2206.15007).
 */
record GsClipRanker() implements Ranker {

    @Override
    public String id() {
        return "gsclip";
    }

    @Override
    public Decomposer.Mixtures prepare(Evidence evidence) {
        return new CosineScores(evidence, evidence.concepts().texts());
    }
}
