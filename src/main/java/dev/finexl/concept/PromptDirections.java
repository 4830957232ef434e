package dev.finexl.concept;

import java.util.List;

/**
 * Gathers the directions of concepts prompt by prompt while texts are embedded: for each concept and prompt the mean over
 * the concept's wordings of what the wording does to that prompt. A word does not do the same to every prompt, and what
 * it does to which tells concepts apart that look alike on average.
 */
final class PromptDirections {

    /** Most numbers that are kept: 256 MiB of floats. */
    private static final long MOST = 1L << 26;

    private final float[][] plain;
    private final float[][][] directions;
    private final List<ConceptDirections.Row> rows;
    private final Vocabulary vocabulary;

    /** Keeps nothing. */
    static final PromptDirections NONE = new PromptDirections(null, List.of(), new float[0][], null);

    private PromptDirections(
            Vocabulary vocabulary, List<ConceptDirections.Row> rows, float[][] plain, float[][][] directions) {
        this.vocabulary = vocabulary;
        this.rows = rows;
        this.plain = plain;
        this.directions = directions;
    }

    /** Room for the directions, or something that keeps nothing where they would be too many. */
    static PromptDirections ifItFits(Vocabulary vocabulary, int prompts, int width) {
        int concepts = vocabulary.concepts().size();
        return (long) concepts * prompts * width <= MOST
                ? new PromptDirections(
                        vocabulary,
                        ConceptDirections.rowsOf(vocabulary),
                        new float[prompts][],
                        new float[concepts][prompts][width])
                : NONE;
    }

    /** Whether the directions are kept at all. */
    boolean wanted() {
        return directions != null;
    }

    /**
     * Takes one embedding. Those of the plain prompts come first.
     *
     * @param row the wording that was said; -1 for the plain prompt, less for what is not wanted here
     */
    void add(int row, int prompt, float[] embedding) {
        if (directions == null || row < -1) {
            return;
        }
        if (row == -1) {
            plain[prompt] = embedding;
            return;
        }
        int concept = rows.get(row).concept();
        float share = 1f / vocabulary.concepts().get(concept).wordings().size();
        float[] sum = directions[concept][prompt];
        for (int k = 0; k < sum.length; k++) {
            sum[k] += share * (embedding[k] - plain[prompt][k]);
        }
    }

    /** {@code [concepts][prompts][width]}, or null if they are not kept. */
    float[][][] finish() {
        return directions;
    }
}
