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

    private PromptDirections(Vocabulary vocabulary, float[][] plain, float[][][] directions) {
        this.vocabulary = vocabulary;
        this.rows = ConceptDirections.rowsOf(vocabulary);
        this.plain = plain;
        this.directions = directions;
    }

    /** Room for the directions, or something that keeps nothing where they would be too many. */
    static PromptDirections ifItFits(Vocabulary vocabulary, int prompts, int width) {
        int concepts = vocabulary.concepts().size();
        boolean fits = (long) concepts * prompts * width <= MOST;
        return new PromptDirections(
                vocabulary, new float[fits ? prompts : 0][], fits ? new float[concepts][prompts][width] : null);
    }

    /**
     * Takes one embedding. Those of the plain prompts come first.
     *
     * @param series 0 for the plain prompts, 1 + w for the prompts with wording w
     */
    void add(int series, int prompt, float[] row) {
        if (directions == null) {
            return;
        }
        if (series == 0) {
            plain[prompt] = row;
            return;
        }
        int concept = rows.get(series - 1).concept();
        float share = 1f / vocabulary.concepts().get(concept).wordings().size();
        float[] sum = directions[concept][prompt];
        for (int k = 0; k < sum.length; k++) {
            sum[k] += share * (row[k] - plain[prompt][k]);
        }
    }

    /** {@code [concepts][prompts][width]}, or null if they were too many. */
    float[][][] finish() {
        return directions;
    }
}
