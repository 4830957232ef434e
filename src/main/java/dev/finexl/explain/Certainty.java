package dev.finexl.explain;

/**
 * How sure an explanation has to be.
 *
 * @param confidence level of the intervals, and one minus that of the tests
 * @param sequential whether sampling may stop before the budget is used up
 * @param precision half-width, in scores, at which an interval is narrow enough to stop
 * @param calibrate whether the base is asked for aspects that it has not been asked for before
 */
record Certainty(double confidence, boolean sequential, double precision, boolean calibrate) {

    static Certainty of(ExplainRequest request) {
        return new Certainty(
                request.confidence() == null ? AspectFinder.CONFIDENCE : request.confidence(),
                // A policy is judged on the heads, which the rule for stopping does not look at.
                request.sequential() == null ? request.policy().isEmpty() : request.sequential(),
                request.precision() == null ? Looks.PRECISION : request.precision(),
                Boolean.TRUE.equals(request.calibrate()));
    }
}
