package dev.finexl.evaluate;

import dev.finexl.decompose.Decomposer;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * How well the similarity of pictures to a concept, E_t[C]·E_i[image], tells the two sets of pictures apart, as VisDiff
 * ranks differences between image sets (Dunlap et al., "Describing Differences in Image Sets with Natural Language", CVPR
 * 2024).
 *
 * <p>VisDiff ranks by AUROC, which for small sets is often 1 for several concepts at once. Here the score is the difference
 * of the sets' means over their pooled standard deviation, δ: for normal similarities AUROC = Φ(δ/√2), so the order is the
 * same, without the ties.
 */
record VisDiffRanker() implements Ranker {

    @Override
    public String id() {
        return "visdiff";
    }

    @Override
    public Decomposer.Mixtures prepare(Evidence evidence) {
        return new Similarities(
                similarities(evidence.concepts().texts(), evidence.base()),
                similarities(evidence.concepts().texts(), evidence.personalized()));
    }

    private static DMatrixRMaj similarities(DMatrixRMaj texts, DMatrixRMaj images) {
        DMatrixRMaj similarities = new DMatrixRMaj(texts.numRows, images.numRows);
        CommonOps_DDRM.multTransB(texts, images, similarities);
        return similarities;
    }

    /** Of concepts by rows with pictures by columns. */
    private record Similarities(DMatrixRMaj base, DMatrixRMaj personalized) implements Decomposer.Mixtures {

        @Override
        public double[] weights(double[] shares) {
            double[] scores = new double[base.numRows];
            for (int c = 0; c < scores.length; c++) {
                double before = mean(base, c, shares);
                double after = mean(personalized, c, shares);
                double variance = (variance(base, c, shares, before) + variance(personalized, c, shares, after)) / 2;
                scores[c] = variance > 0 ? (after - before) / Math.sqrt(variance) : 0;
            }
            return scores;
        }

        private static double mean(DMatrixRMaj similarities, int concept, double[] shares) {
            double mean = 0;
            for (int j = 0; j < shares.length; j++) {
                mean += shares[j] * similarities.get(concept, j);
            }
            return mean;
        }

        private static double variance(DMatrixRMaj similarities, int concept, double[] shares, double mean) {
            double variance = 0;
            for (int j = 0; j < shares.length; j++) {
                double deviation = similarities.get(concept, j) - mean;
                variance += shares[j] * deviation * deviation;
            }
            return variance;
        }
    }
}
