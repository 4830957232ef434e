package dev.finexl.decompose;

import org.ejml.data.DMatrixRMaj;

/**
 * Non-negative least squares: the x ≥ 0 that minimises |Fᵀx − b| for concept directions F.
 *
 * <p>Why our own: the columns are few or many thousands, the same F is solved for hundreds of right-hand sides
 * (bootstrap), and then almost the whole answer is known beforehand. The method is the active-set method of Lawson and
 * Hanson, "Solving Least Squares Problems" (1974), chapter 23: the concept along which the residual falls fastest
 * becomes active, the least-squares problem over the active ones is solved, and those whose weight would turn negative
 * leave. Four things differ from the book:
 *
 * <ul>
 *   <li>the factorisation of the active columns is updated, not computed anew ({@link ActiveColumns});
 *   <li>with many concepts the gradient is looked at for a short list of candidates, and for all only when the list is
 *       used up ({@link Pricing}): the optimality of the answer is still checked over all;
 *   <li>gradients that an estimate shows to be too small to matter are not computed exactly ({@link Screen});
 *   <li>it can start from a guess, say the answer to a similar problem.
 * </ul>
 *
 * <p>The answer satisfies the Karush–Kuhn–Tucker conditions: x ≥ 0; f_i·(b − Fᵀx) ≤ {@value #TOLERANCE} |f_i||b| (plus
 * the rounding of b − Fᵀx, where large weights cancel) for all i, and = 0 to rounding where x_i &gt; 0. It is unique
 * where the active directions with those of zero gradient are linearly independent; else (more concepts than
 * dimensions, an exact fit) the method picks one of the solutions, deterministically, and the start may decide which.
 * Of equal gradients the one with the lowest index enters; so of two equal concepts, the first takes the weight. A
 * concept with a zero direction has weight 0.
 *
 * <p>An instance is immutable and safe for use by several threads, as long as nobody changes F.
 */
public final class Nnls {

    /** The largest gradient that counts as zero, as a share of |f_i||b|: far above rounding, far below interest. */
    static final double TOLERANCE = 1e-12;

    private final DMatrixRMaj concepts;
    private final double[] lengths;
    private final Screen screen;
    private final int iterationLimit;

    /**
     * @param concepts F, N concepts × d dimensions; not copied, must not change
     * @throws IllegalArgumentException if a number is not finite
     */
    public Nnls(DMatrixRMaj concepts) {
        this(concepts, 100 + 10 * concepts.numRows);
    }

    Nnls(DMatrixRMaj concepts, int iterationLimit) {
        Vectors.require(concepts, "concepts");
        this.concepts = concepts;
        this.iterationLimit = iterationLimit;
        lengths = Vectors.norms(concepts);
        screen = new Screen(concepts, lengths);
    }

    /**
     * Solves from nothing.
     *
     * @param target b, of length d
     * @throws IllegalArgumentException if its length is not d or a number is not finite
     * @throws NoConvergenceException if the iteration bound, 10 N + 100, is reached
     */
    public NnlsSolution solve(double[] target) {
        return solve(target, new double[lengths.length]);
    }

    /**
     * Solves from a guess: the nearer its positive weights are to the answer's active set, the sooner it is done.
     *
     * @param target b, of length d
     * @param start N weights, none negative
     * @throws IllegalArgumentException if a length is wrong, a number not finite or a starting weight negative
     * @throws NoConvergenceException if the iteration bound, 10 N + 100, is reached
     */
    public NnlsSolution solve(double[] target, double[] start) {
        Vectors.require(target, concepts.numCols, "target");
        Vectors.require(start, concepts.numRows, "start");
        for (int i = 0; i < start.length; i++) {
            if (start[i] < 0) {
                throw new IllegalArgumentException(
                        "start: expected no negative weight, got %s for concept %d".formatted(start[i], i));
            }
        }
        return new NnlsRun(concepts, lengths, screen, target).solve(start, iterationLimit);
    }

    /** Solves for mixtures of some targets (n × d, by rows), starting from the solution for their mean. */
    Decomposer.Mixtures mixtures(DMatrixRMaj targets) {
        double[] start = solve(Vectors.mean(targets)).weights();
        return coefficients ->
                solve(Vectors.combination(targets, coefficients), start).weights();
    }
}
