package dev.finexl.generate.scheduler;

/**
 * One evaluation of the denoiser and what follows from it, as numbers that are known before the run. In this order:
 *
 * <ol>
 *   <li>the prediction d is made from the sample x and the model's output m;
 *   <li>the kept sample K becomes the form {@code keep};
 *   <li>x becomes the form {@code next}, which may use the new K;
 *   <li>d joins the past predictions, if {@code remembers}.
 * </ol>
 *
 * @param evaluation what the denoiser is asked
 * @param derived the prediction d
 * @param keep the new kept sample; {@link LinearForm#KEPT} leaves it as it is
 * @param next the new sample
 * @param remembers whether d is a past prediction for later updates
 */
record Update(Evaluation evaluation, Prediction derived, LinearForm keep, LinearForm next, boolean remembers) {

    /** An update that leaves nothing for later ones. */
    static Update memoryless(Evaluation evaluation, Prediction derived, LinearForm next) {
        return new Update(evaluation, derived, LinearForm.KEPT, next, false);
    }

    /** An update whose prediction later ones use. */
    static Update remembering(Evaluation evaluation, Prediction derived, LinearForm next) {
        return new Update(evaluation, derived, LinearForm.KEPT, next, true);
    }

    /** Whether the kept sample changes. */
    boolean keeps() {
        return keep != LinearForm.KEPT;
    }

    boolean isFinite() {
        return evaluation.isFinite() && derived.isFinite() && keep.isFinite() && next.isFinite();
    }
}
