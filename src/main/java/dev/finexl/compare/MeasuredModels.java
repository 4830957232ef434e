package dev.finexl.compare;

import dev.finexl.explain.Change;
import dev.finexl.explain.Cost;
import dev.finexl.explain.EmbeddedPairs;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.ExplanationParts;
import dev.finexl.explain.ExplanationParts.Measured;
import dev.finexl.explain.ExplanationParts.Prepared;
import dev.finexl.explain.Provenance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The pictures of all models and of their base, as the encoder sees them. Exists so that the base is drawn once: its
 * pictures are the same for all models, unless a trigger is told to both sides.
 *
 * @param pairs of each model with the base
 * @param provenance of each model
 * @param usage what it cost
 */
record MeasuredModels(List<EmbeddedPairs> pairs, List<Provenance> provenance, Cost usage) {

    /** The changes from the base to each model. */
    List<Change> changes() {
        return pairs.stream().map(EmbeddedPairs::change).toList();
    }

    /**
     * Measures all.
     *
     * @param width of the embeddings
     */
    static MeasuredModels of(ExplanationParts parts, List<Prepared> models, int width, ExplainListener listener) {
        return new Measuring(parts, models, listener).measure(width);
    }

    /** What changes on the way. */
    private static final class Measuring {

        private final ExplanationParts parts;
        private final List<Prepared> models;
        private final ExplainListener listener;
        private final long total;
        private long done;
        private int sampled;
        private int known;
        private long evaluations;

        Measuring(ExplanationParts parts, List<Prepared> models, ExplainListener listener) {
            this.parts = parts;
            this.models = models;
            this.listener = listener;
            long bases = models.stream().map(Prepared::baseKey).distinct().count();
            this.total = (bases + models.size()) * models.getFirst().images();
        }

        MeasuredModels measure(int width) {
            Map<String, float[][]> bases = new HashMap<>();
            List<EmbeddedPairs> pairs = new ArrayList<>();
            List<Provenance> provenance = new ArrayList<>();
            for (Prepared model : models) {
                float[][] base = bases.computeIfAbsent(
                        model.baseKey(), _ -> side(model, Side.BASE).rows());
                Measured personalized = side(model, Side.PERSONALIZED);
                pairs.add(EmbeddedPairs.of(base, personalized.rows(), width));
                provenance.add(personalized.provenance());
            }
            return new MeasuredModels(pairs, provenance, new Cost(sampled, known, evaluations));
        }

        private Measured side(Prepared model, Side side) {
            long before = done;
            Measured measured = parts.measure(model, side, new ExplainListener() {
                @Override
                public void entered(Stage stage) {
                    listener.entered(stage);
                }

                @Override
                public void progress(Stage stage, long ofSide, long totalOfSide) {
                    boolean counted = stage == Stage.SAMPLING;
                    listener.progress(stage, counted ? before + ofSide : ofSide, counted ? total : totalOfSide);
                }
            });
            done += measured.rows().length;
            sampled += measured.sampled();
            known += measured.rows().length - measured.sampled();
            evaluations +=
                    (long) measured.sampled() * measured.provenance().sampler().evaluations();
            return measured;
        }
    }
}
