package dev.finexl.embed;

/**
 * A rectangle of pixels.
 *
 * @param left column of its first pixel; negative where it begins outside the picture
 * @param top row of its first pixel; negative where it begins outside the picture
 * @param width 1 or more
 * @param height 1 or more
 */
record Window(int left, int top, int width, int height) {

    /** The part of this rectangle that lies within a picture whose middle is in it. */
    Window within(Size picture) {
        int x = Math.max(left, 0);
        int y = Math.max(top, 0);
        return new Window(
                x, y, Math.min(left + width, picture.width()) - x, Math.min(top + height, picture.height()) - y);
    }
}
