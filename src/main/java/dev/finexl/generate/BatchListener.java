package dev.finexl.generate;

import dev.finexl.embed.RgbImage;
import java.util.List;

/** Hears of pictures as they are made. */
@FunctionalInterface
public interface BatchListener {

    /**
     * A batch is done.
     *
     * @param first index of its first picture among the requests
     * @param images its pictures, in the order of the requests
     */
    void done(int first, List<RgbImage> images);
}
