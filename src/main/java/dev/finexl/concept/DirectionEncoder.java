package dev.finexl.concept;

import dev.finexl.embed.TextEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Measures the direction in which a concept moves prompts: f(C) = mean_j (E_t["t_j, C style"] − E_t["t_j"]), with rows of
 * E_t of L2 norm 1 and the joining rule of {@link PromptJoiner}. Averaging over the prompts of the comparison takes out
 * what the word does to one prompt only.
 *
 * <p>A vocabulary of 500 concepts with three wordings and 50 prompts makes 75 000 texts, so embeddings are added up as they
 * come and never kept: memory is the matrix of sums, one batch and, where they fit, the directions prompt by prompt
 * ({@link PromptDirections}).
 *
 * <p>The result does not depend on the batch size, to the last bit: texts are embedded in one fixed order (the plain
 * prompts, then for each wording all prompts in turn), batches are cuts of that one sequence, and each wording's sum is
 * made in double precision in the order of the prompts, wherever the cuts fall. That holds as far as the encoder keeps
 * its own promise that a row depends on its text alone.
 */
public final class DirectionEncoder {

    /** How far the squared norm of an embedding may lie from 1: beyond float rounding, well below a missing normalisation. */
    private static final double NORM_TOLERANCE = 1e-3;

    private final TextEncoder encoder;
    private final int batchSize;

    /** @param batchSize texts to embed at once, at least 1 */
    public DirectionEncoder(TextEncoder encoder, int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batchSize must be at least 1, but is " + batchSize);
        }
        this.encoder = encoder;
        this.batchSize = batchSize;
    }

    /**
     * Measures every wording of a vocabulary.
     *
     * @param byPrompt whether the directions are also wanted prompt by prompt, said as {@link PromptEditor} says them
     * @throws IllegalStateException if the encoder returns something other than normalised rows of its width
     */
    public ConceptDirections measure(
            Vocabulary vocabulary, PromptSet prompts, boolean byPrompt, DirectionProgress progress) {
        PromptDirections single = byPrompt
                ? PromptDirections.ifItFits(vocabulary, prompts.prompts().size(), encoder.width())
                : PromptDirections.NONE;
        TextSequence texts = TextSequence.of(vocabulary, prompts, single.wanted());
        double[][] sums = new double[1 + texts.rows().size()][encoder.width()];
        progress.embedded(0, texts.size());
        for (long from = 0; from < texts.size(); from += batchSize) {
            List<String> batch = texts.slice(from, batchSize);
            float[][] rows = embed(batch);
            for (int i = 0; i < rows.length; i++) {
                int series = texts.series(from + i);
                if (series < sums.length) {
                    add(sums[series], rows[i]);
                }
                single.add(texts.rowInPlace(series), texts.prompt(from + i), rows[i]);
            }
            progress.embedded(from + rows.length, texts.size());
        }
        return new ConceptDirections(
                vocabulary,
                encoder.width(),
                meanDifferences(sums, prompts.prompts().size()),
                single.finish(),
                rivals(vocabulary, prompts.prompts(), texts.editor()));
    }

    /**
     * For each concept whether it is a subject that takes the place of another in at least half of the prompts. Places are
     * none: a picture can be at sunset and on a beach.
     */
    private static boolean[] rivals(Vocabulary vocabulary, List<String> prompts, PromptEditor editor) {
        long replacing = prompts.stream()
                .filter(prompt -> editor.replaces(prompt, Category.SUBJECT))
                .count();
        boolean[] rivals = new boolean[vocabulary.concepts().size()];
        for (int c = 0; c < rivals.length && 2 * replacing >= prompts.size(); c++) {
            rivals[c] = vocabulary.concepts().get(c).category() == Category.SUBJECT;
        }
        return rivals;
    }

    /**
     * All texts in the order in which they are embedded: series 0 is the plain prompts, series 1 + w the prompts with
     * wording w appended, and behind them, where they are wanted, the prompts in which a subject or place has been put in
     * place of another. They are made when they are needed, so that the sequence takes no memory.
     *
     * @param replaced the rows that are also said in place of another
     */
    private record TextSequence(
            Vocabulary vocabulary,
            List<ConceptDirections.Row> rows,
            List<String> prompts,
            List<Integer> replaced,
            PromptEditor editor) {

        private static final int PLAIN = -1;
        private static final int APPENDED_ONLY = -2;

        static TextSequence of(Vocabulary vocabulary, PromptSet prompts, boolean inPlace) {
            List<ConceptDirections.Row> rows = ConceptDirections.rowsOf(vocabulary);
            List<Integer> replaced = IntStream.range(0, inPlace ? rows.size() : 0)
                    .filter(row -> concept(vocabulary, rows, row).category().isContent())
                    .boxed()
                    .toList();
            return new TextSequence(vocabulary, rows, prompts.prompts(), replaced, new PromptEditor(vocabulary));
        }

        private static Concept concept(Vocabulary vocabulary, List<ConceptDirections.Row> rows, int row) {
            return vocabulary.concepts().get(rows.get(row).concept());
        }

        long size() {
            return (1L + rows.size() + replaced.size()) * prompts.size();
        }

        int series(long index) {
            return (int) (index / prompts.size());
        }

        int prompt(long index) {
            return (int) (index % prompts.size());
        }

        /** The row that a series says as an editor does; {@link #PLAIN} for the prompts alone, less where it does not. */
        int rowInPlace(int series) {
            if (series == 0) {
                return PLAIN;
            }
            if (series > rows.size()) {
                return replaced.get(series - 1 - rows.size());
            }
            boolean replaces = concept(vocabulary, rows, series - 1).category().isContent();
            return replaces ? APPENDED_ONLY : series - 1;
        }

        List<String> slice(long from, int length) {
            long to = Math.min(from + length, size());
            List<String> slice = new ArrayList<>((int) (to - from));
            for (long index = from; index < to; index++) {
                slice.add(text(index));
            }
            return slice;
        }

        private String text(long index) {
            String prompt = prompts.get(prompt(index));
            int series = series(index);
            if (series == 0) {
                return prompt;
            }
            boolean inPlace = series > rows.size();
            int row = inPlace ? replaced.get(series - 1 - rows.size()) : series - 1;
            Concept concept = concept(vocabulary, rows, row);
            String wording = rows.get(row).wording();
            return inPlace
                    ? editor.say(prompt, concept, wording)
                    : PromptJoiner.join(prompt, concept.category(), wording);
        }
    }

    private float[][] embed(List<String> batch) {
        float[][] rows = encoder.embedTexts(batch);
        if (rows.length != batch.size()) {
            throw new IllegalStateException(
                    "the text encoder returned %d rows for %d texts".formatted(rows.length, batch.size()));
        }
        for (int i = 0; i < rows.length; i++) {
            requireNormalised(rows[i], batch.get(i));
        }
        return rows;
    }

    /** An encoder whose rows are not normalised, or not numbers, would give directions that look right and mean nothing. */
    private void requireNormalised(float[] row, String text) {
        double squares = 0;
        for (float component : row) {
            squares += (double) component * component;
        }
        boolean normalised = Math.abs(squares - 1) <= NORM_TOLERANCE; // false for NaN
        if (row.length != encoder.width() || !normalised) {
            throw new IllegalStateException(
                    "the text encoder returned %d components of norm %s for %s, where %d of norm 1 were expected"
                            .formatted(row.length, Math.sqrt(squares), Texts.quoted(text), encoder.width()));
        }
    }

    private static void add(double[] sum, float[] row) {
        for (int k = 0; k < sum.length; k++) {
            sum[k] += row[k];
        }
    }

    /** From the sums of all series to the mean differences of series 1.. from series 0, in place. */
    private static double[][] meanDifferences(double[][] sums, int prompts) {
        double[] plain = sums[0];
        double[][] directions = new double[sums.length - 1][];
        for (int row = 0; row < directions.length; row++) {
            double[] direction = sums[row + 1];
            for (int k = 0; k < direction.length; k++) {
                direction[k] = (direction[k] - plain[k]) / prompts;
            }
            directions[row] = direction;
        }
        return directions;
    }
}
