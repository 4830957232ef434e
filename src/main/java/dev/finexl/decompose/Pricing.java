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
 * Lawson and Hanson.
 */
final class Pricing {

    /** Up to so many concepts, every one of them is looked at in every choice. */
    private static final int ALL = 512;

    /** With more concepts: the length of the list. */
    private static final int LISTED = 128;

    /**
     * The list is used up when its best gradient is below this share of the best that was left out. Between 0.1 and
     * 0.85, and with lists of 64 to 512, the time of a solution with 10 000 concepts was the same within a quarter; with
     * directions as encoders have them it is the same, with isotropic ones the lower the better down to here.
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
    private final State[] states;
    private final int[] all;
    private final int[] list;
    private final int[] free;
    private final double[] gradients;
    private final double[] largest;
    private int listed;
    private double leftOut;

    /** The largest gradient that counts as zero, for a direction of length 1. */
    private double zero;

    /**
     * @param concepts F, N × d
     * @param lengths |f_i| for each concept
     */
    Pricing(DMatrixRMaj concepts, double[] lengths) {
        this.concepts = concepts.data;
        this.lengths = lengths;
        int n = concepts.numRows;
        states = new State[n];
        Arrays.fill(states, State.FREE);
        int capacity = n <= ALL ? n : LISTED;
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
    }

    void unblock() {
        for (int i = 0; i < states.length; i++) {
            if (states[i] == State.BLOCKED) {
                states[i] = State.FREE;
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
        Vectors.dots(concepts, free, count, residual, gradients);
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

    /**
     * Looks at all concepts and makes a new list.
     *
     * @param zero the largest gradient that counts as zero from now on, for a direction of length 1
     * @return false if no free concept's gradient is above zero: the solution is optimal
     */
    boolean refresh(double[] residual, double zero) {
        this.zero = zero;
        Vectors.dots(concepts, all, all.length, residual, gradients);
        if (states.length == list.length) {
            listed = list.length;
            for (int i = 0; i < states.length; i++) {
                if (states[i] == State.FREE && gradients[i] > zero * lengths[i]) {
                    return true;
                }
            }
            return false;
        }
        listed = 0;
        leftOut = 0;
        for (int i = 0; i < states.length; i++) {
            if (states[i] == State.FREE && gradients[i] > zero * lengths[i]) {
                insert(i, gradients[i]);
            }
        }
        Arrays.sort(list, 0, listed);
        return listed > 0;
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
