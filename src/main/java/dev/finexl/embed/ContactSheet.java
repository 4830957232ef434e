package dev.finexl.embed;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * Shows pairs of pictures on one: a row of base pictures, below it the row of the same prompts' personalised ones, and
 * so on for as many rows as the pairs need.
 */
public final class ContactSheet {

    private static final int GAP = 4;
    private static final byte BACKGROUND = (byte) 0xFF;

    /** No cell is larger than this on either side; larger pictures are made smaller. */
    private static final int LARGEST_CELL = 256;

    /** With very many pairs the cells shrink so that the sheet stays below about this. */
    private static final int MOST_PIXELS = 32_000_000;

    private ContactSheet() {}

    /**
     * Lays out pairs. Pictures stand at the top left of their cells; the cells are as large as the largest picture, at
     * most 256 × 256 pixels.
     *
     * @param base the pictures of the base model, 1 or more
     * @param personalised the pictures of the personalised model, as many, in the same order
     * @param columns pairs side by side, 1 or more; fewer pairs make a narrower sheet
     */
    public static RgbImage of(List<RgbImage> base, List<RgbImage> personalised, int columns) {
        int pairs = base.size();
        if (pairs == 0 || personalised.size() != pairs || columns < 1) {
            throw new IllegalArgumentException("%d and %d pictures in %d columns, expected as many of both, 1 or more"
                    .formatted(pairs, personalised.size(), columns));
        }
        int across = Math.min(columns, pairs);
        int down = 2 * Math.ceilDiv(pairs, across);
        int bound = Math.clamp((int) Math.sqrt((double) MOST_PIXELS / across / down) - GAP, 1, LARGEST_CELL);
        List<RgbImage> all = Stream.concat(base.stream(), personalised.stream()).toList();
        Size cell = new Size(
                Math.min(bound, largest(all, RgbImage::width)), Math.min(bound, largest(all, RgbImage::height)));
        int width = across * (cell.width() + GAP) + GAP;
        int height = down * (cell.height() + GAP) + GAP;
        byte[] rgb = new byte[3 * width * height];
        Arrays.fill(rgb, BACKGROUND);
        for (int i = 0; i < pairs; i++) {
            int left = GAP + i % across * (cell.width() + GAP);
            int top = GAP + 2 * (i / across) * (cell.height() + GAP);
            fit(base.get(i), cell).copyTo(rgb, width, left, top);
            fit(personalised.get(i), cell).copyTo(rgb, width, left, top + cell.height() + GAP);
        }
        return new RgbImage(width, height, rgb);
    }

    private static int largest(List<RgbImage> images, ToIntFunction<RgbImage> side) {
        return images.stream().mapToInt(side).max().orElseThrow();
    }

    private static RgbImage fit(RgbImage image, Size cell) {
        long width = image.width();
        long height = image.height();
        if (width <= cell.width() && height <= cell.height()) {
            return image;
        }
        Size size = width * cell.height() >= height * cell.width()
                ? new Size(cell.width(), (int) Math.max(1, height * cell.width() / width))
                : new Size((int) Math.max(1, width * cell.height() / height), cell.height());
        return Resampler.resize(image, ResampleFilter.BICUBIC, size);
    }
}
