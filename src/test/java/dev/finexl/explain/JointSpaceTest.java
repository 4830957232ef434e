package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.finexl.concept.ConceptDirections;
import dev.finexl.concept.DirectionEncoder;
import dev.finexl.concept.PromptSet;
import dev.finexl.concept.Vocabulary;
import dev.finexl.concept.VocabularyReader;
import dev.finexl.decompose.Divergence;
import dev.finexl.decompose.StackedNnls;
import dev.finexl.embed.TextEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;

/** Concepts that look alike to an encoder, and do different things to statistics. */
class JointSpaceTest {

    private static final int WIDTH = 6;
    private static final int STATISTICS = 3;
    private static final List<String> PROMPTS = List.of("a", "b", "c", "d", "e", "f", "g", "h");
    private static final List<String> WORDS = List.of("dark", "grainy", "warm");

    /** To this encoder "grainy" is nearly "dark". */
    private static final TextEncoder ENCODER = new PlacedTexts(
            WIDTH,
            text -> unit(
                    1,
                    text.contains("dark") || text.contains("grainy") ? 0.5 : 0,
                    text.contains("grainy") ? 0.02 : 0,
                    text.contains("warm") ? 0.5 : 0,
                    0.01 * (text.charAt(0) - 'a'),
                    0));

    private static float[] unit(double... numbers) {
        double length = Math.sqrt(Arrays.stream(numbers).map(x -> x * x).sum());
        float[] unit = new float[numbers.length];
        for (int k = 0; k < unit.length; k++) {
            unit[k] = (float) (numbers[k] / length);
        }
        return unit;
    }

    private static ConceptDirections words() {
        Vocabulary vocabulary = VocabularyReader.ofEntries("request", WORDS);
        return new DirectionEncoder(ENCODER, 4)
                .measure(vocabulary, new PromptSet("test", PROMPTS), true, (done, total) -> {});
    }

    /** What asking does: to embeddings as words do, to the statistics of each concept its own. */
    private static List<float[][]> pictures(ConceptDirections words, double unit) {
        float[][][] byPrompt = words.byPrompt().orElseThrow();
        List<float[][]> pictures = new ArrayList<>();
        for (int c = 0; c < WORDS.size(); c++) {
            float[][] rows = new float[PROMPTS.size()][];
            for (int p = 0; p < rows.length; p++) {
                rows[p] = Arrays.copyOf(byPrompt[c][p], WIDTH + STATISTICS);
                rows[p][WIDTH + c] = (float) (unit * (1 + 0.1 * p));
            }
            pictures.add(rows);
        }
        return pictures;
    }

    /** Pairs that became dark and grainy in equal parts. */
    private static Change darkAndGrainy(ConceptDirections words, double unit) {
        SplittableRandom random = new SplittableRandom(3);
        List<float[][]> asked = pictures(words, unit);
        DMatrixRMaj embeddings = new DMatrixRMaj(PROMPTS.size(), WIDTH);
        DMatrixRMaj statistics = new DMatrixRMaj(PROMPTS.size(), STATISTICS);
        for (int p = 0; p < PROMPTS.size(); p++) {
            for (int k = 0; k < WIDTH + STATISTICS; k++) {
                double noise = (k < WIDTH ? 0.02 : 0.05 * unit) * random.nextGaussian();
                double change = 0.5 * asked.get(0)[p][k] + 0.5 * asked.get(1)[p][k] + noise;
                if (k < WIDTH) {
                    embeddings.set(p, k, change);
                } else {
                    statistics.set(p, k - WIDTH, change);
                }
            }
        }
        return new Change(Divergence.of(embeddings), Divergence.of(statistics));
    }

    private static double[] scores(Change change, ConceptDirections directions) {
        return new AspectFinder(new StackedNnls(), 0.95)
                .find(change, directions, 1)
                .scores();
    }

    @Test
    void tellsApartWhatTheEncoderDoesNot() {
        ConceptDirections words = words();
        double[] scores = scores(darkAndGrainy(words, 7), words.withPictures(pictures(words, 7)));
        assertThat(scores).containsExactly(new double[] {0.5, 0.5, 0}, within(0.05));
        double[] alone = scores(Change.of(darkAndGrainy(words, 7).embeddings()), words);
        assertThat(Math.abs(alone[0] - alone[1])).isGreaterThan(0.2);
    }

    @Test
    void doesNotDependOnTheStatisticsUnits() {
        ConceptDirections words = words();
        double[] small = scores(darkAndGrainy(words, 0.01), words.withPictures(pictures(words, 0.01)));
        double[] large = scores(darkAndGrainy(words, 1000), words.withPictures(pictures(words, 1000)));
        assertThat(large).containsExactly(small, within(1e-5));
    }

    @Test
    void statisticsCountAsMuchAsEmbeddings() {
        ConceptDirections words = words();
        ConceptDirections measured = words.withPictures(pictures(words, 7));
        JointSpace space = new JointSpace(darkAndGrainy(words, 7), measured);
        double embeddings = 0;
        double statistics = 0;
        for (float[][] asked : pictures(words, 7)) {
            DMatrixRMaj rows = space.differences(Change.of(asked, WIDTH)).differences();
            for (int p = 0; p < rows.numRows; p++) {
                for (int k = 0; k < rows.numCols; k++) {
                    double square = rows.get(p, k) * rows.get(p, k);
                    embeddings += k < WIDTH ? square : 0;
                    statistics += k < WIDTH ? 0 : square;
                }
            }
        }
        assertThat(statistics).isCloseTo(embeddings, within(1e-6 * embeddings));
    }

    @Test
    void leavesThemOutUnlessTheyAreKnownOfEveryConcept() {
        ConceptDirections words = words();
        List<float[][]> pictures = pictures(words, 7);
        pictures.set(2, null);
        ConceptDirections some = words.withPictures(pictures);
        Change change = darkAndGrainy(words, 7);
        assertThat(some.statistics()).isEmpty();
        assertThat(scores(change, some)).isEqualTo(scores(Change.of(change.embeddings()), some));
    }
}
