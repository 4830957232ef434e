package dev.finexl.decompose;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;

/**
 * Chooses the concept that becomes active next: the one with the largest gradient, as far as it is worth knowing.
 *
 * <p>Why it exists: with thousands of concepts nearly all of a solution's time would go into gradients of concepts that
 * never matter. As in the simplex method's multiple pricing, a look at all concepts leaves a list of those with the
 * largest gradients; choices are made from that list until its best is clearly worse than what was left out, and only
 * then are all looked at again. Up to {@value #ALL} concepts the list is everything, and the choice is exactly that of
 * Lawson and Hanson. Either look is at estimates first ({@link Screen}), and only gradients that may matter by these are computed:
 * what is chosen is the same.
 */
final class Pricing {

    /**
     * Up to so many concepts, every one of them is looked at in every choice: where the answer is not unique, it is the one that
     * Lawson and Hanson's choices lead to, and others' implementations of them.
     */
    private static final int ALL = 512;

    /**
     * With more concepts: the length of the list, at least. With lists of 8 the looks at all take longer, with lists of 64 the
     * choices do.
     */
    private static final int LISTED = 16;

    /** A list holds one concept of so many, where that is more: the more concepts, the more a look at all of them costs. */
    private static final int CONCEPTS_PER_LISTED = 256;

    /**
     * The list is used up when its best gradient is below this share of the best that was left out. Between 0.15 and
     * 0.5 the time of a solution with 1 000 to 10 000 concepts is the same within a quarter.
     */
    private static final double USED_UP = 0.15;

    private enum State {
        FREE,
        ACTIVE,
        /** Could not become active at the present residual. */
        BLOCKED
    }

    private final double[] concepts;
    private final double[] lengths;
    private final Screen screen;
    private final State[] states;
    private final int[] all;
    private final int[] list;
    private final int[] free;
    private final double[] gradients;
    private final double[] largest;
    private int blocked;
    private int listed;
    private double leftOut;

    /** The largest gradient that counts as zero, for a direction of length 1. */
    private double zero;

    /**
     * @param concepts F, N × d
     * @param lengths |f_i| for each concept
     * @param screen of the same concepts
     */
    Pricing(DMatrixRMaj concepts, double[] lengths, Screen screen) {
        this.concepts = concepts.data;
        this.lengths = lengths;
        this.screen = screen;
        int n = concepts.numRows;
        states = new State[n];
        Arrays.fill(states, State.FREE);
        int capacity = n <= ALL ? n : Math.max(LISTED, n / CONCEPTS_PER_LISTED);
        all = Vectors.firstRows(n);
        list = Vectors.firstRows(capacity);
        free = new int[capacity];
        largest = new double[capacity];
        gradients = new double[n];
    }

    void activate(int concept) {
        states[concept] = State.ACTIVE;
    }

    void release(int concept) {
        states[concept] = State.FREE;
    }

    /** Passes a concept over until {@link #unblock}. */
    void block(int concept) {
        states[concept] = State.BLOCKED;
        blocked++;
    }

    void unblock() {
        for (int i = 0; blocked > 0; i++) {
            if (states[i] == State.BLOCKED) {
                states[i] = State.FREE;
                blocked--;
            }
        }
    }

    /** The listed concept with the largest gradient, or -1 if the list is used up. */
    int choose(double[] residual) {
        int count = 0;
        for (int i = 0; i < listed; i++) {
            if (states[list[i]] == State.FREE) {
                free[count++] = list[i];
            }
        }
        double slack = screen.estimate(free, count, residual, gradients);
        if (slack > 0) {
            count = keepNearLargest(count, slack);
            Vectors.dots(concepts, free, count, residual, gradients);
        }
        int best = -1;
        double bestGradient = USED_UP * leftOut;
        for (int i = 0; i < count; i++) {
            if (gradients[i] > zero * lengths[free[i]] && gradients[i] > bestGradient) {
                best = free[i];
                bestGradient = gradients[i];
            }
        }
        return best;
    }

    /** Takes out of the free concepts those that surely do not have the largest gradient; how many are left. */
    private int keepNearLargest(int count, double slack) {
        double atLeast = USED_UP * leftOut;
        for (int i = 0; i < count; i++) {
            atLeast = Math.max(atLeast, gradients[i] - slack * lengths[free[i]]);
        }
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (gradients[i] + slack * lengths[free[i]] >= atLeast) {
                free[kept++] = free[i];
            }
        }
        return kept;
    }

    /**
     * Looks at all concepts and makes a new list.
     *
     * @param zero the largest gradient that counts as zero from now on, for a direction of length 1
     * @return false if no free concept's gradient is above zero: the solution is optimal
     */
    boolean refresh(double[] residual, double zero) {
        this.zero = zero;
        double slack = screen.estimate(all, all.length, residual, gradients);
        if (states.length == list.length) {
            listed = list.length;
            for (int i = 0; i < states.length; i++) {
                double smallest = zero * lengths[i];
                if (states[i] == State.FREE
                        && gradients[i] + slack * lengths[i] > smallest
                        && gradient(i, residual) > smallest) {
                    return true;
                }
            }
            return false;
        }
        // As many concepts as the list holds and one more surely have as large a gradient as the last of these lower
        // bounds.
        listed = 0;
        leftOut = 0;
        for (int i = 0; i < states.length; i++) {
            double lower = gradients[i] - slack * lengths[i];
            if (states[i] == State.FREE && lower > 0) {
                insert(i, lower);
            }
        }
        double least = leftOut;
        listed = 0;
        leftOut = 0;
        for (int i = 0; i < states.length; i++) {
            double smallest = zero * lengths[i];
            double upper = gradients[i] + slack * lengths[i];
            if (states[i] == State.FREE && upper > smallest && upper >= least) {
                double gradient = gradient(i, residual);
                if (gradient > smallest) {
                    insert(i, gradient);
                }
            }
        }
        Arrays.sort(list, 0, listed);
        return listed > 0;
    }

    private double gradient(int concept, double[] residual) {
        return Vectors.dot(concepts, concept * residual.length, residual);
    }

    /**
     * Inserts into the list, which is in falling order of gradients here, if there is room or something smaller in it.
     */
    private void insert(int concept, double gradient) {
        if (listed == list.length) {
            leftOut = Math.max(leftOut, Math.min(gradient, largest[listed - 1]));
            if (gradient <= largest[listed - 1]) {
                return;
            }
            listed--;
        }
        int at = listed;
        while (at > 0 && largest[at - 1] < gradient) {
            largest[at] = largest[at - 1];
            list[at] = list[at - 1];
            at--;
        }
        largest[at] = gradient;
        list[at] = concept;
        listed++;
    }
}
