package dev.finexl.explain;

import java.util.ArrayList;
import java.util.List;

/**
 * When to look at the answer while pictures are still being sampled, and how sure to be at each look. Exists because who
 * looks often enough sees everything once: intervals and tests at level 0.95 that are computed after every batch until
 * they please are wrong far more often than one time in twenty.
 *
 * <p>The looks are fixed beforehand: the first after {@value #FIRST} pairs, each next after half as many more, the last
 * when the budget is used up. The probability of error &alpha; is divided among the looks at which sampling may stop
 * (Bonferroni's inequality, as in the group-sequential designs of Lan and DeMets, "Discrete sequential boundaries for
 * clinical trials", 1983, and needing nothing but that each single interval is right): {@value #EARLY} of it, in equal
 * parts, to those before the last, the rest to the last. So a look at which sampling may stop makes intervals of level
 * 1 &minus; share &middot; &alpha; and multiplies p-values by 1/share, and whatever the rule by which sampling stops, the
 * probability that an interval which is reported misses is at most &alpha;. The first look is never the last one if the
 * budget allows another: that the answer no longer changes takes two to be seen; so nothing is spent on it.
 *
 * <p>Time that runs out is not a look at the answer: where sampling stops for that, what has not been spent before is
 * spent then.
 *
 * @param sizes pairs at each look, ascending; the last is the budget
 * @param early whether sampling may stop before the last
 */
public record Looks(List<Integer> sizes, boolean early) {

    /** Half-width in scores at which an interval is narrow enough, where a request does not say. */
    public static final double PRECISION = 0.2;

    private static final int FIRST = 8;
    private static final double GROWTH = 1.5;
    /** A last look that adds less than this share of pairs is not worth one before it. */
    private static final double WORTH = 1.25;
    /** Early looks are expensive to be right at; most of the error is kept for the last, which is nearly as sharp as one alone. */
    private static final double EARLY = 0.2;

    /**
     * @param budget most pairs, at least 1
     * @param early whether sampling may stop before
     */
    public static Looks of(int budget, boolean early) {
        List<Integer> sizes = new ArrayList<>();
        for (double next = FIRST; next * WORTH <= budget; next = Math.ceil(next * GROWTH / FIRST) * FIRST) {
            sizes.add((int) next);
        }
        sizes.add(budget);
        return new Looks(List.copyOf(sizes), early);
    }

    /** Whether sampling may stop at a look for what it shows. */
    public boolean mayStop(int look) {
        return early && look > 0 && look < sizes.size() - 1;
    }

    /** The part of the error that is spent at a look if sampling goes on or stops there for what it shows. */
    private double share(int look) {
        return mayStop(look) ? EARLY / (sizes.size() - 2) : 0;
    }

    /**
     * The part of the error that a look may use: its own share, or all that is left if it is the last, be it because the
     * budget is used up or for want of time. A look at which sampling can neither stop nor has to is only shown on the way,
     * and shows what it would be if it were the only one.
     *
     * @param last whether no other look follows, whatever this one shows
     * @return above 0, at most 1
     */
    public double spend(int look, boolean last) {
        if (!last) {
            return mayStop(look) ? share(look) : 1;
        }
        double left = 1;
        for (int before = 0; before < look; before++) {
            left -= share(before);
        }
        return left;
    }
}
