package dev.finexl.generate;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the pipelines of single families can be told besides the settings that all have; others leave it alone. The
 * defaults are those of diffusers.
 *
 * @param guidanceRescale how far the guided prediction is brought back to the standard deviation of the conditioned one, 0
 *     to 1 (Stable Diffusion 1, 2 and XL)
 * @param sizes what Stable Diffusion XL is told of the picture's size; empty for a whole picture of the size that is made
 * @param textTokens how many tokens T5 reads of a prompt (Stable Diffusion 3, Flux); empty for as many as the family's own
 *     pipeline
 */
public record PipelineOptions(double guidanceRescale, Optional<SizeConditions> sizes, OptionalInt textTokens) {

    /** As diffusers without any argument. */
    public static final PipelineOptions DEFAULT = new PipelineOptions(0, Optional.empty(), OptionalInt.empty());

    /** Most tokens of a prompt. */
    public static final int MOST_TOKENS = 512;

    public PipelineOptions {
        if (!(guidanceRescale >= 0 && guidanceRescale <= 1)) {
            throw new IllegalArgumentException(
                    "guidanceRescale is %s, expected a number from 0 to 1".formatted(guidanceRescale));
        }
        if (textTokens.isPresent() && (textTokens.getAsInt() < 1 || textTokens.getAsInt() > MOST_TOKENS)) {
            throw new IllegalArgumentException("textTokens is %d, expected a whole number from 1 to %d"
                    .formatted(textTokens.getAsInt(), MOST_TOKENS));
        }
    }

    /**
     * The size conditions of Stable Diffusion XL (arXiv 2307.01952, section 2.2), in pixels.
     *
     * @param originalHeight of the picture before it was resized for training
     * @param originalWidth of the picture before it was resized for training
     * @param cropTop rows that were cut off
     * @param cropLeft columns that were cut off
     * @param targetHeight of the picture that is wanted
     * @param targetWidth of the picture that is wanted
     */
    public record SizeConditions(
            int originalHeight, int originalWidth, int cropTop, int cropLeft, int targetHeight, int targetWidth) {

        /** A picture that is neither resized nor cropped. */
        public static SizeConditions whole(int height, int width) {
            return new SizeConditions(height, width, 0, 0, height, width);
        }
    }
}
