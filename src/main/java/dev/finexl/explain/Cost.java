package dev.finexl.explain;

/**
 * What drawing pictures of one or more models cost.
 *
 * @param images pictures that were sampled, each counted once
 * @param imagesCached pictures that had been sampled and measured before
 * @param denoiserEvaluations for the pictures that were sampled, as in an explanation
 */
public record Cost(int images, int imagesCached, long denoiserEvaluations) {

    /** What costs nothing. */
    public static final Cost NONE = new Cost(0, 0, 0);

    /** What an explanation cost. */
    public static Cost of(Explanation explanation) {
        Usage usage = explanation.usage();
        return new Cost(usage.images(), usage.imagesCached(), usage.denoiserEvaluations());
    }

    /** This and another. */
    public Cost plus(Cost other) {
        return new Cost(
                images + other.images,
                imagesCached + other.imagesCached,
                denoiserEvaluations + other.denoiserEvaluations);
    }
}
