package dev.finexl.decompose;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;

/** One run of the active-set method: the state that {@link Nnls} has for a single right-hand side. */
final class NnlsRun {

    /** The rounding error of a sum of products, as a share of their magnitudes' sum. */
    private static final double ROUNDING = 16 * Math.ulp(1.0);

    private final DMatrixRMaj concepts;
    private final double[] lengths;
    private final double zero;
    private final Pricing pricing;
    private final ActiveColumns active;

    /** The weights of the active columns by slot, all positive between iterations. */
    private final double[] x;

    /** The least-squares solution over the active columns by slot, of either sign. */
    private final double[] unconstrained;

    /**
     * @param concepts F, N × d
     * @param lengths |f_i| for each concept
     * @param screen of the same concepts
     * @param target b, of length d
     */
    NnlsRun(DMatrixRMaj concepts, double[] lengths, Screen screen, double[] target) {
        this.concepts = concepts;
        this.lengths = lengths;
        zero = Nnls.TOLERANCE * Vectors.norm(target);
        pricing = new Pricing(concepts, lengths, screen);
        active = new ActiveColumns(target, concepts.numRows);
        x = new double[Math.min(concepts.numRows, concepts.numCols)];
        unconstrained = new double[x.length];
    }

    /**
     * @param start a guess at the weights, none negative
     * @param limit the largest number of iterations
     * @throws NoConvergenceException if the limit is reached
     */
    NnlsSolution solve(double[] start, int limit) {
        startFrom(start);
        int iterations = 0;
        for (int entering = next(); entering >= 0; entering = next()) {
            if (iterations++ == limit) {
                throw new NoConvergenceException(
                        "NNLS of %d concepts in %d dimensions: not optimal after %d iterations, with %d concepts active"
                                .formatted(concepts.numRows, concepts.numCols, limit, active.size()));
            }
            enter(entering);
        }
        return new NnlsSolution(weights(), Vectors.norm(active.residual()), iterations, activeSet());
    }

    private void startFrom(double[] start) {
        for (int i = 0; i < start.length; i++) {
            if (start[i] > 0 && active.append(i, concepts.data)) {
                x[active.size() - 1] = start[i];
                pricing.activate(i);
            }
        }
        restoreFeasibility();
    }

    /** The concept to make active, or -1 if the weights are optimal. */
    private int next() {
        int best = pricing.choose(active.residual());
        if (best < 0) {
            active.refreshResidual(concepts.data, x);
            double largest = zero + rounding();
            // No gradient is larger than the residual, for a direction of length 1: an exact fit needs no look at all
            // of them.
            if (Vectors.norm(active.residual()) > largest && pricing.refresh(active.residual(), largest)) {
                best = pricing.choose(active.residual());
            }
        }
        return best;
    }

    /** How far rounding of b − Fᵀx may move it: nearly dependent directions can have large weights that cancel. */
    private double rounding() {
        double sum = 0;
        for (int slot = 0; slot < active.size(); slot++) {
            sum += x[slot] * lengths[active.column(slot)];
        }
        return ROUNDING * sum;
    }

    private void enter(int concept) {
        if (!active.append(concept, concepts.data)) {
            pricing.block(concept);
            return;
        }
        int slot = active.size() - 1;
        if (!active.lastIsPositive()) {
            // Its gradient was rounding: with it the residual would not fall, and the same choice would come for ever.
            active.remove(slot);
            pricing.block(concept);
            return;
        }
        pricing.activate(concept);
        pricing.unblock();
        x[slot] = 0;
        restoreFeasibility();
    }

    /**
     * Moves the weights to the least-squares solution over the active columns, dropping those columns that would have
     * to turn negative on the way there.
     */
    private void restoreFeasibility() {
        active.solve(unconstrained);
        for (int blocking = moveUntilBlocked(); blocking >= 0; blocking = moveUntilBlocked()) {
            x[blocking] = 0;
            for (int slot = active.size() - 1; slot >= 0; slot--) {
                if (x[slot] <= 0) {
                    pricing.release(active.column(slot));
                    active.remove(slot);
                    System.arraycopy(x, slot + 1, x, slot, active.size() - slot);
                }
            }
            active.solve(unconstrained);
        }
    }

    /**
     * Moves the weights towards the unconstrained solution as far as none turns negative.
     *
     * @return the slot whose weight reached zero, or -1 if none did and the weights now are the unconstrained solution
     */
    private int moveUntilBlocked() {
        int blocking = -1;
        double step = 1;
        for (int slot = 0; slot < active.size(); slot++) {
            if (unconstrained[slot] <= 0) {
                double reach = x[slot] / (x[slot] - unconstrained[slot]);
                if (blocking < 0 || reach < step || (reach == step && active.column(slot) < active.column(blocking))) {
                    blocking = slot;
                    step = reach;
                }
            }
        }
        for (int slot = 0; slot < active.size(); slot++) {
            x[slot] = blocking < 0 ? unconstrained[slot] : x[slot] + step * (unconstrained[slot] - x[slot]);
        }
        return blocking;
    }

    private double[] weights() {
        double[] weights = new double[concepts.numRows];
        for (int slot = 0; slot < active.size(); slot++) {
            weights[active.column(slot)] = x[slot];
        }
        return weights;
    }

    private int[] activeSet() {
        int[] set = Arrays.copyOf(active.columns(), active.size());
        Arrays.sort(set);
        return set;
    }
}
