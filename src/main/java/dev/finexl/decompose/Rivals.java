package dev.finexl.decompose;

import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;

/**
 * Concepts of which one at most can be what changed, because each takes the others' place: a model that draws a heart
 * where a fish was asked for cannot draw a star there too. Which of them it is has to be decided before they are weighed
 * with all others: least squares lets them share the weight, and what they have in common, that the fish is gone, is
 * nearly all of what each does.
 *
 * <p>So it is decided by what is a rival's own: its direction less the mean of all rivals' directions, prompt by prompt,
 * r_i(t). The nearest is the one with the largest &Sigma;_j d_j &middot; r_i(t_j) / (&Sigma;_j |r_i(t_j)|&#178;)^&#189;, the
 * product of the change with its own direction of length 1; the words' directions are the ones to ask, for what a model
 * draws for a word that it knows badly is mostly noise.
 *
 * <p>Measured on the miniature, as how often the subject is the first aspect: of its LoRA of hearts with eight seeds, and of
 * the 16 subjects and 12 places asked for in the prompt with two other noises.
 *
 * <pre>
 *                                                    hearts  asked for
 * all subjects take part                             1 / 8   46 / 56
 * the one that leaves the smallest residual, with
 *   directions of words and pictures                 1 / 8   51 / 56
 *   of words                                         5 / 8   48 / 56
 * the nearest by its own direction, of
 *   words and pictures                               2 / 8   51 / 56
 *   words                                            6 / 8   50 / 56
 * </pre>
 */
public final class Rivals {

    /** No concept has a rival. */
    private static final Rivals NONE = new Rivals(new int[0], new double[0][]);

    private final int[] concepts;
    /** By rival and pair: the product of the pair's difference with the rival's own direction. */
    private final double[][] products;

    private final int nearest;

    private Rivals(int[] concepts, double[][] products) {
        this.concepts = concepts;
        this.products = products;
        double[] once = new double[concepts.length == 0 ? 0 : products[0].length];
        Arrays.fill(once, 1);
        this.nearest = nearest(once);
    }

    /**
     * Compares rivals.
     *
     * @param concepts their numbers among all concepts, ascending
     * @param directions of each by prompt and dimension, in the order of {@code concepts}
     * @param pairs d_j by rows
     * @param prompts the prompt of each pair
     * @throws IllegalArgumentException if the widths differ
     */
    public static Rivals of(int[] concepts, List<float[][]> directions, Divergence pairs, int[] prompts) {
        if (concepts.length == 0) {
            return NONE;
        }
        double[][] products = new double[concepts.length][prompts.length];
        DMatrixRMaj differences = pairs.differences();
        Vectors.requireColumns(differences, directions.getFirst()[0].length, "differences");
        float[][] mean = mean(directions);
        for (int i = 0; i < concepts.length; i++) {
            double squares = 0;
            for (int j = 0; j < prompts.length; j++) {
                float[] direction = directions.get(i)[prompts[j]];
                for (int k = 0; k < direction.length; k++) {
                    double own = direction[k] - mean[prompts[j]][k];
                    products[i][j] += own * differences.get(j, k);
                    squares += own * own;
                }
            }
            double length = squares == 0 ? 1 : Math.sqrt(squares);
            for (int j = 0; j < prompts.length; j++) {
                products[i][j] /= length;
            }
        }
        return new Rivals(concepts.clone(), products);
    }

    private static float[][] mean(List<float[][]> directions) {
        float[][] mean = new float[directions.getFirst().length][directions.getFirst()[0].length];
        for (float[][] direction : directions) {
            for (int p = 0; p < mean.length; p++) {
                for (int k = 0; k < mean[p].length; k++) {
                    mean[p][k] += direction[p][k] / directions.size();
                }
            }
        }
        return mean;
    }

    /** Whether a concept is no rival, or the nearest of them. */
    public boolean takesPart(int concept) {
        int place = Arrays.binarySearch(concepts, concept);
        return place < 0 || place == nearest;
    }

    /**
     * How sure it is that a concept is the nearest of the rivals: the share of resamples of the pairs in which it is.
     *
     * @return 1 for a concept that is no rival
     */
    public double share(int concept, Bootstrap bootstrap) {
        int place = Arrays.binarySearch(concepts, concept);
        if (place < 0) {
            return 1;
        }
        Decomposer.Mixtures winners = shares -> {
            double[] winner = new double[concepts.length];
            winner[nearest(shares)] = 1;
            return winner;
        };
        return bootstrap.intervals(winners, concepts.length, products[0].length, 0.95)
                .selected()[place];
    }

    /** The place of the nearest rival where each pair counts as often as it was drawn. */
    private int nearest(double[] shares) {
        int nearest = 0;
        double best = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < products.length; i++) {
            double product = Vectors.dot(products[i], 0, shares);
            if (product > best) {
                best = product;
                nearest = i;
            }
        }
        return nearest;
    }
}
