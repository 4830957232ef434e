package dev.finexl.report;

import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener.Side;
import java.util.Optional;

/** Where a report finds the pictures of its pairs. */
@FunctionalInterface
public interface PairPictures {

    /** Pixels of the longer side of a picture in a report. */
    int SIDE = 256;

    /** No pictures. */
    PairPictures NONE = (_, _) -> Optional.empty();

    /**
     * A picture.
     *
     * @param index of its pair, from 0
     * @return empty if it is not there
     */
    Optional<RgbImage> picture(Side side, int index);
}
