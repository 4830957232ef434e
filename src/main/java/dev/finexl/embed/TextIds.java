package dev.finexl.embed;

/**
 * From texts to what a text encoder of a pair reads. Exists because the two kinds of pairs disagree about padding: CLIP looks
 * at a text's own end, wherever that is, SigLIP always at the last of all its positions, so that there padding is part of
 * the text.
 */
sealed interface TextIds extends AutoCloseable {

    /** The ids that belong to a text. */
    long[] ids(String text);

    /** To how many ids a text of some ids may be padded at the least. */
    int paddedLength(int ids);

    long paddingId();

    @Override
    void close();

    /** Texts are padded to a multiple of eight, so that the work follows their length and few shapes occur. */
    record Clip(ClipTokenizer tokenizer) implements TextIds {

        private static final int BUCKET = 8;

        @Override
        public long[] ids(String text) {
            return tokenizer.tokenize(text).unpadded();
        }

        @Override
        public int paddedLength(int ids) {
            return Math.min((ids + BUCKET - 1) / BUCKET * BUCKET, tokenizer.contextLength());
        }

        @Override
        public long paddingId() {
            return tokenizer.paddingId();
        }

        @Override
        public void close() {
            tokenizer.close();
        }
    }

    /**
     * Texts have one length.
     *
     * @param length in ids, padding included
     */
    record Siglip(T5Tokenizer tokenizer, int length) implements TextIds {

        @Override
        public long[] ids(String text) {
            return tokenizer.encode(text, length);
        }

        @Override
        public int paddedLength(int ids) {
            return length;
        }

        @Override
        public long paddingId() {
            return tokenizer.paddingId();
        }

        @Override
        public void close() {
            // It holds nothing.
        }
    }
}
