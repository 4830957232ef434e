package dev.finexl.embed;

import java.util.Arrays;

/**
 * A text as token ids.
 *
 * @param ids start of text, the text's tokens, end of text, padding: as many as the model's context length. Not to be
 *     changed
 * @param length how many of them are not padding, start and end included
 * @param untruncated how many there would be if the context were as long as the text needs
 */
public record TokenSequence(long[] ids, int length, int untruncated) {

    /** Whether tokens at the end of the text were left out, because the context length was reached. */
    public boolean truncated() {
        return untruncated > length;
    }

    /** The ids without padding. */
    public long[] unpadded() {
        return Arrays.copyOf(ids, length);
    }

    /** 1 for each token, 0 for each padding. The padding may have the id of the end of text, so ids do not tell. */
    public long[] attentionMask() {
        long[] mask = new long[ids.length];
        Arrays.fill(mask, 0, length, 1);
        return mask;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenSequence that
                && length == that.length
                && untruncated == that.untruncated
                && Arrays.equals(ids, that.ids);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(ids) + length) + untruncated;
    }

    @Override
    public String toString() {
        return "%s (%d of %d)".formatted(Arrays.toString(unpadded()), length, untruncated);
    }
}
