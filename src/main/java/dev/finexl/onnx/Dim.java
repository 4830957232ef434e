package dev.finexl.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A dimension of a tensor, or a whole number that a graph computes of dimensions: a factor times numbers that are not known before
 * a run, none of them negative.
 *
 * @param factor any whole number
 * @param unknowns which numbers that are not known, ascending, one that is squared twice
 */
record Dim(long factor, List<Integer> unknowns) {

    /** Products of more unknown numbers are new unknown ones: a graph that multiplies without end is not to fill the heap. */
    private static final int MOST = 8;

    /** The same for a graph that computes ever new ones. The largest models have some hundreds. */
    private static final int ALL = 1 << 16;

    Dim {
        unknowns = List.copyOf(unknowns);
    }

    static Dim of(long number) {
        return new Dim(number, List.of());
    }

    boolean isNumber() {
        return unknowns.isEmpty();
    }

    boolean is(long number) {
        return isNumber() && factor == number;
    }

    /** @throws ArithmeticException if it is not a number, or none that fits an {@code int} */
    int number() {
        if (!isNumber()) {
            throw new ArithmeticException("not a number");
        }
        return Math.toIntExact(factor);
    }

    /**
     * Makes the dimensions of one graph. What is computed in the same way of the same numbers is the same number, also where
     * neither is known.
     */
    static final class Numbers {

        private final Map<Object, Dim> unknown = new HashMap<>();

        /** The number of this name. */
        Dim named(Object name) {
            return unknown.computeIfAbsent(name, _ -> new Dim(1, List.of(unknown.size())));
        }

        /** The number that is computed of two others in a way that says no more of it. */
        Dim computed(String how, Dim a, Dim b) {
            if (unknown.size() > ALL) {
                throw new ArithmeticException("too many numbers that are not known");
            }
            return named(List.of(how, a, b));
        }

        /** @throws ArithmeticException if a factor is beyond 64 bits, here and in all others */
        Dim product(Dim a, Dim b) {
            List<Integer> all = new ArrayList<>(a.unknowns);
            all.addAll(b.unknowns);
            Collections.sort(all);
            return all.size() > MOST
                    ? computed("*", a, b)
                    : new Dim(Math.multiplyExact(a.factor, b.factor), a.factor == 0 || b.factor == 0 ? List.of() : all);
        }

        Dim product(List<Dim> all) {
            return all.stream().reduce(Dim.of(1), this::product);
        }

        Dim sum(Dim a, Dim b) {
            if (a.unknowns.equals(b.unknowns)) {
                long factor = Math.addExact(a.factor, b.factor);
                return new Dim(factor, factor == 0 ? List.of() : a.unknowns);
            }
            return a.is(0) ? b : b.is(0) ? a : computed("+", a, b);
        }

        Dim difference(Dim a, Dim b) {
            return sum(a, product(Dim.of(-1), b));
        }

        /** The quotient of two that are not negative, rounded down. */
        Dim quotient(Dim a, Dim b) {
            List<Integer> rest = new ArrayList<>(a.unknowns);
            boolean all = b.unknowns.stream().allMatch(rest::remove);
            if (all && b.factor > 0 && a.factor >= 0 && (rest.isEmpty() || a.factor % b.factor == 0)) {
                return new Dim(a.factor / b.factor, a.factor < b.factor ? List.of() : rest);
            }
            return computed("/", a, b);
        }
    }
}
