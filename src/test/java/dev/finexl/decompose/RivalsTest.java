package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;

/** Rivals that have most of what they do in common are told apart by the rest. */
class RivalsTest {

    private static final int[] CONCEPTS = {2, 5, 7};
    private static final int PROMPTS = 4;
    private static final int WIDTH = 12;
    private static final Bootstrap BOOTSTRAP = new Bootstrap(500, 3);

    private final SplittableRandom random = new SplittableRandom(11);
    /** For every prompt one large common part, and for each rival a small one of its own, of another length. */
    private final List<float[][]> directions = directions();

    private List<float[][]> directions() {
        float[][] common = noise(1, 0, WIDTH / 2);
        return Stream.of(0.1f, 0.2f, 0.3f)
                .map(length -> sum(common, 1, noise(length, WIDTH / 2, WIDTH), 1))
                .toList();
    }

    private float[][] noise(float length, int from, int to) {
        float[][] rows = new float[PROMPTS][WIDTH];
        for (float[] row : rows) {
            for (int k = from; k < to; k++) {
                row[k] = length * (float) random.nextGaussian();
            }
        }
        return rows;
    }

    private static float[][] sum(float[][] a, float ofA, float[][] b, float ofB) {
        float[][] sum = new float[a.length][a[0].length];
        for (int j = 0; j < a.length; j++) {
            for (int k = 0; k < sum[j].length; k++) {
                sum[j][k] = ofA * a[j][k] + ofB * b[j][k];
            }
        }
        return sum;
    }

    private Rivals rivals(float[][] differences) {
        DMatrixRMaj pairs = new DMatrixRMaj(PROMPTS, WIDTH);
        for (int j = 0; j < PROMPTS; j++) {
            for (int k = 0; k < WIDTH; k++) {
                pairs.set(j, k, differences[j][k]);
            }
        }
        return Rivals.of(CONCEPTS, directions, Divergence.of(pairs), new int[] {0, 1, 2, 3});
    }

    @Test
    void leaveOneThatTakesPart() {
        for (int i = 0; i < CONCEPTS.length; i++) {
            Rivals rivals = rivals(sum(directions.get(i), 0.4f, noise(0.01f, 0, WIDTH), 1));
            for (int l = 0; l < CONCEPTS.length; l++) {
                assertThat(rivals.takesPart(CONCEPTS[l])).isEqualTo(i == l);
            }
            assertThat(rivals.share(CONCEPTS[i], BOOTSTRAP)).isGreaterThan(0.5);
        }
    }

    @Test
    void shareWhatIsUnsureBetweenThem() {
        // Two prompts show the one, two the other.
        float[][] both = sum(directions.get(0), 1, directions.get(1), 0);
        both[2] = directions.get(1)[2];
        both[3] = directions.get(1)[3];
        Rivals rivals = rivals(both);
        double[] shares = Arrays.stream(CONCEPTS)
                .mapToDouble(concept -> rivals.share(concept, BOOTSTRAP))
                .toArray();
        assertThat(Arrays.stream(shares).sum()).isCloseTo(1, within(1e-12));
        assertThat(shares[0]).isBetween(0.1, 0.9);
        assertThat(shares[1]).isBetween(0.1, 0.9);
    }

    @Test
    void doNotConcernOtherConcepts() {
        Rivals rivals = rivals(directions.getFirst());
        assertThat(rivals.takesPart(0)).isTrue();
        assertThat(rivals.takesPart(6)).isTrue();
        assertThat(rivals.share(6, BOOTSTRAP)).isEqualTo(1);
        Rivals none = Rivals.of(new int[0], List.of(), Divergence.of(new DMatrixRMaj(2, 3)), new int[0]);
        assertThat(none.takesPart(2)).isTrue();
    }

    @Test
    void takePartAloneWhereThereIsOne() {
        Rivals alone = Rivals.of(
                new int[] {4}, directions.subList(0, 1), Divergence.of(new DMatrixRMaj(PROMPTS, WIDTH)), new int[] {
                    0, 1, 2, 3
                });
        assertThat(alone.takesPart(4)).isTrue();
        assertThat(alone.share(4, BOOTSTRAP)).isEqualTo(1);
    }
}
