package dev.finexl.generate.diffusion;

import java.util.Arrays;

/**
 * Numbers that belong to prompts, one row for each: what a text encoder gives, and what a denoiser is told.
 *
 * @param shape of one row, e.g. {@code [tokens, width]}; empty for a single number
 * @param rows for each prompt as many numbers as the shape has, row-major
 */
record Embeddings(long[] shape, float[][] rows) {

    /** The same row for each of several prompts. */
    static Embeddings repeated(int prompts, float[] row, long... shape) {
        float[][] rows = new float[prompts][];
        Arrays.fill(rows, row);
        return new Embeddings(shape, rows);
    }

    /** As many zeros. */
    Embeddings zeros() {
        return new Embeddings(shape, new float[rows.length][size()]);
    }

    /** Joined with others of as many tokens (or none) along the width, token by token. */
    Embeddings beside(Embeddings right) {
        int width = width();
        int rightWidth = right.width();
        Embeddings wide = widened(width + rightWidth);
        for (int p = 0; p < rows.length; p++) {
            for (int t = 0; t < size() / width; t++) {
                System.arraycopy(
                        right.rows[p], t * rightWidth, wide.rows[p], t * (width + rightWidth) + width, rightWidth);
            }
        }
        return wide;
    }

    /** Followed by the tokens of others of the same width. */
    Embeddings before(Embeddings next) {
        float[][] joined = new float[rows.length][];
        for (int p = 0; p < rows.length; p++) {
            joined[p] = Arrays.copyOf(rows[p], rows[p].length + next.rows[p].length);
            System.arraycopy(next.rows[p], 0, joined[p], rows[p].length, next.rows[p].length);
        }
        return new Embeddings(new long[] {shape[0] + next.shape[0], shape[1]}, joined);
    }

    /** With zeros after the numbers of each token, up to a width that is not smaller. */
    Embeddings widened(int newWidth) {
        int width = width();
        int tokens = size() / width;
        float[][] wide = new float[rows.length][tokens * newWidth];
        for (int p = 0; p < rows.length; p++) {
            for (int t = 0; t < tokens; t++) {
                System.arraycopy(rows[p], t * width, wide[p], t * newWidth, width);
            }
        }
        long[] newShape = shape.clone();
        newShape[shape.length - 1] = newWidth;
        return new Embeddings(newShape, wide);
    }

    /** How many numbers each token has. */
    int width() {
        return Math.toIntExact(shape[shape.length - 1]);
    }

    /** How many numbers each row has. */
    int size() {
        return rows[0].length;
    }
}
