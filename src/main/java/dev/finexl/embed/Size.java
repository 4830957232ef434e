package dev.finexl.embed;

/**
 * The size of a picture in pixels.
 *
 * @param width 1 or more
 * @param height 1 or more
 */
record Size(int width, int height) {

    static Size of(RgbImage image) {
        return new Size(image.width(), image.height());
    }
}
