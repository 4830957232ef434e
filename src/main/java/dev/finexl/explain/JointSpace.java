package dev.finexl.explain;

import dev.finexl.concept.ConceptDirections;
import dev.finexl.decompose.Divergence;
import dev.finexl.decompose.StackedNnls;
import dev.finexl.embed.PictureStatistics;
import org.ejml.data.DMatrixRMaj;

/**
 * The space in which all pairs are decomposed at once: the encoder's embeddings, and beside them, where it is known what
 * the concepts do to those, the {@link PictureStatistics}. Exists because what an encoder does not see no decomposition
 * finds: grain beside darkness moves CLIP as darkness does and a little to the side, while on the pixels it stands out by
 * more than ten times the noise.
 *
 * <p>The two have no common unit. Each statistic is divided by its root mean square over what asking the base for each
 * concept does to it, and all of them together count as much as the embeddings do, on average over concepts and prompts;
 * so nothing is chosen by hand, and a statistic that no concept moves has no say. Where the statistics are not known of
 * every concept, the space is that of the embeddings: a concept without them would explain less of the same change, or be
 * blamed for less.
 *
 * <p>Measured on the miniature, as the share of true aspects among the first K, on mixtures that the zoo does not have: of
 * two and three styles asked for in the prompt (80 of them, with other noise than the directions'), of a LoRA and a style that is
 * asked for (92), of two and of three stacked LoRAs (47), and on the zoo's single aspects, pairs and triple with three seeds
 * (LoRAs of a subject apart):
 *
 * <pre>
 *                                      asked for    LoRA and   stacked      zoo
 *                                      2     3      asked      2     3      1     2     3
 * embeddings alone                     0.88  0.79   0.84       0.88  0.84   0.96  0.83  1.00
 * with the statistics, smoothed alike  0.96  0.88   0.93       0.93  0.89   1.00  0.94  1.00
 * with the statistics                  0.96  0.90   0.95       0.93  0.93   1.00  0.94  1.00
 * </pre>
 *
 * <p>Letting the statistics count 0.7 or 1.4 times as much moved no number by more than 0.04, and not all one way. Dividing by
 * the noise between seeds as well, or whitening the statistics by the covariance of noise and of concepts, gave the same
 * within a case or two. Content has its own smoothing: of 56 sets of pictures in which a subject or a place was asked for, half of
 * them with a LoRA besides, 0.87 was found so, and 0.83 with that of styles. Which subject takes part is decided before, by
 * {@link dev.finexl.decompose.Rivals}.
 */
final class JointSpace implements StackedNnls.Concepts {

    /** How much of a style's direction for a single prompt is its mean over all: single directions are noisy. */
    private static final double STYLE = 0.25;

    private static final double STYLE_STATISTICS = 0.5;
    /** What a new subject or place does depends on what it replaces, and its mean says little. */
    private static final double CONTENT = 0;
    /** Content does to the statistics what it does by chance. */
    private static final double CONTENT_STATISTICS = 1;

    private final ConceptDirections concepts;
    private final float[][][] embeddings;
    private final int width;
    /** For each statistic what it is multiplied by; none where the statistics take no part. */
    private final double[] scales;

    /**
     * The space of a change and of the concepts that may explain it.
     *
     * @param concepts with directions prompt by prompt
     */
    JointSpace(Change change, ConceptDirections concepts) {
        this.concepts = concepts;
        this.embeddings = concepts.byPrompt().orElseThrow();
        this.width = concepts.width();
        this.scales = change.statistics().isEmpty()
                ? new double[0]
                : concepts.statistics()
                        .map(statistics -> scales(statistics, embeddings))
                        .orElse(new double[0]);
    }

    @Override
    public int count() {
        return embeddings.length;
    }

    @Override
    public int prompts() {
        return embeddings[0].length;
    }

    @Override
    public double[][] directions(int concept) {
        boolean content =
                concepts.vocabulary().concepts().get(concept).category().isContent();
        double[][] joint = new double[prompts()][width + scales.length];
        smooth(embeddings[concept], content ? CONTENT : STYLE, 0, joint);
        if (scales.length > 0) {
            smooth(
                    concepts.statistics().orElseThrow()[concept],
                    content ? CONTENT_STATISTICS : STYLE_STATISTICS,
                    width,
                    joint);
            scale(joint);
        }
        return joint;
    }

    /** Writes rows, each moved towards their mean by some share of the way, into columns of a matrix. */
    private static void smooth(float[][] rows, double share, int column, double[][] into) {
        for (int k = 0; k < rows[0].length; k++) {
            double mean = 0;
            for (float[] row : rows) {
                mean += row[k];
            }
            mean /= rows.length;
            for (int p = 0; p < rows.length; p++) {
                into[p][column + k] = (1 - share) * rows[p][k] + share * mean;
            }
        }
    }

    private void scale(double[][] joint) {
        for (double[] row : joint) {
            for (int s = 0; s < scales.length; s++) {
                row[width + s] *= scales[s];
            }
        }
    }

    private static double[] scales(float[][][] statistics, float[][][] embeddings) {
        double[] scales = squares(statistics);
        double perStatistic = sum(squares(embeddings)) / scales.length;
        for (int s = 0; s < scales.length; s++) {
            scales[s] = scales[s] == 0 ? 0 : Math.sqrt(perStatistic / scales[s]);
        }
        return scales;
    }

    /** For each component the sum of squares over all concepts and prompts. */
    private static double[] squares(float[][][] rows) {
        double[] squares = new double[rows[0][0].length];
        for (float[][] concept : rows) {
            for (float[] row : concept) {
                for (int k = 0; k < squares.length; k++) {
                    squares[k] += (double) row[k] * row[k];
                }
            }
        }
        return squares;
    }

    private static double sum(double[] numbers) {
        double sum = 0;
        for (double number : numbers) {
            sum += number;
        }
        return sum;
    }

    /** The differences of a change, of the pairs or of what asking the base for a concept does, in this space. */
    Divergence differences(Change change) {
        if (scales.length == 0) {
            return change.embeddings();
        }
        DMatrixRMaj embeddings = change.embeddings().differences();
        DMatrixRMaj statistics = change.statistics().orElseThrow().differences();
        DMatrixRMaj joint = new DMatrixRMaj(embeddings.numRows, width + scales.length);
        for (int j = 0; j < joint.numRows; j++) {
            for (int k = 0; k < joint.numCols; k++) {
                joint.set(j, k, k < width ? embeddings.get(j, k) : scales[k - width] * statistics.get(j, k - width));
            }
        }
        return Divergence.of(joint);
    }
}
