package dev.finexl.decompose;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;

/**
 * The paper's Algorithm 1, "orthogonal-greedy": least squares over few concepts that hardly overlap.
 *
 * <p>Candidates come by falling |cos(f, V)|. One whose overlap |Σ_kept cos(f, f_kept)| reaches {@code overlapLimit} is
 * rejected; else it is kept, and V is fitted by least squares over the kept ones. It stops when the relative error is
 * below {@code errorLimit}, or at the last candidate. The sum is signed, as published: overlaps of opposite sign
 * cancel. Weights may be negative. A concept with a zero direction is neither kept nor rejected.
 *
 * @param overlapLimit e_ortho, positive; infinite keeps every candidate
 * @param errorLimit e_decomp, not negative; 0 goes through all candidates
 */
public record OrthogonalGreedy(double overlapLimit, double errorLimit) implements DecompositionMethod {

    /** @throws IllegalArgumentException if a setting is out of its range */
    public OrthogonalGreedy {
        if (!(overlapLimit > 0)) {
            throw new IllegalArgumentException("overlapLimit: expected a positive number, got " + overlapLimit);
        }
        if (!(errorLimit >= 0)) {
            throw new IllegalArgumentException("errorLimit: expected a number not below 0, got " + errorLimit);
        }
    }

    /** The published settings: e_ortho = 0.30, e_decomp = 0.20. */
    public OrthogonalGreedy() {
        this(0.30, 0.20);
    }

    @Override
    public String id() {
        return "orthogonal-greedy";
    }

    @Override
    public Decomposer prepare(DMatrixRMaj concepts) {
        Vectors.require(concepts, "concepts");
        return new Prepared(this, concepts, Vectors.norms(concepts));
    }

    private record Prepared(OrthogonalGreedy settings, DMatrixRMaj concepts, double[] lengths) implements Decomposer {

        @Override
        public Decomposition decompose(double[] divergence) {
            Vectors.require(divergence, concepts.numCols, "divergence");
            double norm = Vectors.norm(divergence);
            List<Integer> kept = new ArrayList<>();
            List<Decomposition.Rejection> rejected = new ArrayList<>();
            double[] keptSum = new double[divergence.length];
            ActiveColumns fit = new ActiveColumns(divergence, concepts.numRows);
            int[] candidates = norm == 0 ? new int[0] : candidates(divergence);
            for (int candidate : candidates) {
                int row = candidate * divergence.length;
                double overlap = Math.abs(Vectors.dot(concepts.data, row, keptSum)) / lengths[candidate];
                if (overlap >= settings.overlapLimit) {
                    rejected.add(new Decomposition.Rejection(candidate, overlap));
                    continue;
                }
                kept.add(candidate);
                Vectors.add(concepts.data, row, 1 / lengths[candidate], keptSum);
                // A candidate that depends on the kept ones changes nothing in the fit.
                fit.append(candidate, concepts.data);
                if (Vectors.norm(fit.residual()) < settings.errorLimit * norm) {
                    break;
                }
            }
            return result(
                    divergence, norm, kept.stream().mapToInt(Integer::intValue).toArray(), rejected);
        }

        /** The concepts with a direction by falling |cos(f, V)|, equal ones by index. */
        private int[] candidates(double[] divergence) {
            double[] products = Vectors.product(concepts, divergence);
            return IntStream.range(0, products.length)
                    .filter(i -> lengths[i] > 0)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) -> -Math.abs(products[i]) / lengths[i]))
                    .mapToInt(Integer::intValue)
                    .toArray();
        }

        private Decomposition result(
                double[] divergence, double norm, int[] kept, List<Decomposition.Rejection> rejected) {
            double[] weights = new double[concepts.numRows];
            double[] explanation = new double[divergence.length];
            double relativeError = Decomposition.relativeError(norm, norm);
            if (kept.length > 0) {
                DMatrixRMaj directions = new DMatrixRMaj(kept.length, concepts.numCols);
                for (int i = 0; i < kept.length; i++) {
                    System.arraycopy(
                            Vectors.row(concepts, kept[i]), 0, directions.data, i * concepts.numCols, concepts.numCols);
                }
                Decomposition fit = new LeastSquares().prepare(directions).decompose(divergence);
                for (int i = 0; i < kept.length; i++) {
                    weights[kept[i]] = fit.weights()[i];
                }
                explanation = fit.explanation();
                relativeError = fit.relativeError();
            }
            return new Decomposition(
                    settings.id(),
                    Decomposition.Space.EMBEDDING,
                    weights,
                    relativeError,
                    explanation,
                    kept,
                    List.copyOf(rejected));
        }
    }
}
