package dev.finexl.explain;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What one number of an aspect head says of the two sides.
 *
 * @param name of the number, e.g. {@code vivid}
 * @param base its mean over the base's pictures
 * @param personalized its mean over the personalised pictures
 * @param change the mean of the paired differences, personalised minus base
 * @param interval of the change by resampling the pairs of pictures
 * @param pValue of the sign-flip test of "this number did not change", above 0 and at most 1
 * @param changed whether it changed by more than chance, for all numbers of the head together
 * @param direction {@code higher means more} of what the number is named after, or {@code higher means less}
 * @param unit of all of these; empty where the head does not say
 * @param heldOutError mean absolute error of the head on pictures that it was not trained on; null where it does not say
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HeadOutput(
        String name,
        double base,
        double personalized,
        double change,
        Interval interval,
        double pValue,
        boolean changed,
        String direction,
        String unit,
        Double heldOutError) {}
