package dev.finexl.embed;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The pieces of a unigram language model, each with the logarithm of its probability, and the split of a word into the most
 * probable sequence of them ("Subword Regularization", arXiv 1804.10959, section 3.1, by the Viterbi algorithm). As in
 * sentencepiece, a character that is no piece costs 10 more than the least probable piece, and neighbouring ones are one
 * unknown token.
 */
final class UnigramPieces {

    /** Longer pieces are refused: they would make the split of a long text slow. T5's longest have 16 characters. */
    static final int LONGEST = 64;

    private static final double UNKNOWN_PENALTY = 10;

    /** A piece of the vocabulary. */
    record Piece(int id, double score) {}

    private final Map<String, Piece> pieces;
    private final int unknown;
    private final int longest;
    private final double unknownScore;

    /**
     * @param pieces none longer than {@link #LONGEST}
     * @param unknown id of what stands for characters that are no pieces
     */
    UnigramPieces(Map<String, Piece> pieces, int unknown) {
        this.pieces = pieces;
        this.unknown = unknown;
        this.longest = pieces.keySet().stream().mapToInt(String::length).max().orElse(0);
        this.unknownScore =
                pieces.values().stream().mapToDouble(Piece::score).min().orElse(0) - UNKNOWN_PENALTY;
    }

    /** Appends the ids of a word's pieces. */
    void encode(String word, List<Integer> ids) {
        int length = word.length();
        double[] best = new double[length + 1];
        int[] from = new int[length + 1];
        int[] id = new int[length + 1];
        Arrays.fill(from, -1);
        int step;
        for (int start = 0; start < length; start += step) {
            step = Character.charCount(word.codePointAt(start));
            boolean known = false;
            for (int end = start + step; end <= Math.min(length, start + longest); end++) {
                Piece piece = pieces.get(word.substring(start, end));
                if (piece != null) {
                    known |= end == start + step;
                    if (from[end] < 0 || best[start] + piece.score() > best[end]) {
                        best[end] = best[start] + piece.score();
                        from[end] = start;
                        id[end] = piece.id();
                    }
                }
            }
            int next = start + step;
            if (!known && (from[next] < 0 || best[start] + unknownScore > best[next])) {
                best[next] = best[start] + unknownScore;
                from[next] = start;
                id[next] = unknown;
            }
        }
        int first = ids.size();
        for (int end = length; end > 0; end = from[end]) {
            boolean joins = id[end] == unknown && ids.size() > first && ids.get(first) == unknown;
            if (!joins) {
                ids.add(first, id[end]);
            }
        }
    }
}
