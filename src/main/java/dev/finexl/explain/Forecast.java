package dev.finexl.explain;

import java.util.List;
import java.util.Optional;

/**
 * What an explanation would take.
 *
 * @param known whether it has been made before, and nothing would be done for it
 * @param drawn how many pictures would be drawn for so many pairs, from none to the budget
 * @param leastPairs after how many pairs sampling may stop
 * @param calibration most pictures that would be drawn besides, to calibrate scores
 * @param evaluationsPerImage of the denoiser
 * @param speed of the last explanation whose pictures were drawn in the same way on such a machine
 */
public record Forecast(
        boolean known,
        List<Integer> drawn,
        int leastPairs,
        int calibration,
        int evaluationsPerImage,
        Optional<Speed> speed) {

    /** Of an explanation that has been made before, or whose pictures are given. */
    static Forecast nothing(boolean known) {
        return new Forecast(known, List.of(0), 0, 0, 0, Optional.empty());
    }

    /** Pairs that are drawn if sampling does not stop before. */
    public int mostPairs() {
        return drawn.size() - 1;
    }

    /** Pictures that are drawn for so many pairs, at most for the budget. */
    public int images(int pairs) {
        return drawn.get(Math.min(pairs, mostPairs()));
    }
}
