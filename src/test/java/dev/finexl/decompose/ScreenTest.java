package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;

/** Estimates are never further off than they are said to be, and exact where nothing is said. */
class ScreenTest {

    private static final int CONCEPTS = 30;

    @Property(tries = 300, seed = "1")
    void estimatesAreWithinTheirBound(
            @ForAll @IntRange(min = 128, max = 700) int dimensions,
            @ForAll @IntRange(min = -160, max = 60) int exponent,
            @ForAll long seed) {
        DMatrixRMaj concepts = Samples.normal(CONCEPTS, dimensions, seed);
        SplittableRandom random = new SplittableRandom(seed);
        double[] x = Samples.normal(dimensions, seed + 1);
        for (int i = 0; i < CONCEPTS; i++) {
            int kind = random.nextInt(5);
            int alone = random.nextInt(dimensions);
            double factor = Math.pow(10, random.nextInt(-100, 30));
            for (int t = 0; t < dimensions; t++) {
                double number = concepts.get(i, t);
                concepts.set(
                        i,
                        t,
                        factor
                                * switch (kind) {
                                    case 0 -> x[t];
                                    case 1 -> -x[t];
                                    case 2 -> t == alone ? number : 0;
                                    case 3 -> 0;
                                    default -> number;
                                });
            }
        }
        double[] scaled = Samples.scaled(x, Math.pow(10, exponent));

        assertWithinBound(concepts, scaled);
        // The concepts are as long as the vector in some direction: products as large as they get.
        assertWithinBound(concepts, Samples.scaled(Vectors.row(concepts, 0), 1));
    }

    private static void assertWithinBound(DMatrixRMaj concepts, double[] x) {
        double[] lengths = Vectors.norms(concepts);
        double[] estimates = new double[CONCEPTS];

        double off = new Screen(concepts, lengths).estimate(Vectors.firstRows(CONCEPTS), CONCEPTS, x, estimates);

        for (int i = 0; i < CONCEPTS; i++) {
            double exact = Vectors.dot(concepts.data, i * x.length, x);
            assertThat(estimates[i]).as("concept %d", i).isCloseTo(exact, within(off * lengths[i]));
        }
    }

    @Test
    void theBoundIsSmall() {
        DMatrixRMaj concepts = Samples.normal(1, 512, 1);
        double[] x = Samples.normal(512, 2);

        double off = new Screen(concepts, Vectors.norms(concepts)).estimate(new int[] {0}, 1, x, new double[1]);

        assertThat(off / Vectors.norm(x)).isBetween(1e-5, 1e-3);
    }

    @Test
    void estimatesThoseAskedFor() {
        DMatrixRMaj concepts = Samples.normal(5, 200, 1);
        double[] x = Samples.normal(200, 2);
        double[] estimates = new double[] {7, 7, 7};

        double off = new Screen(concepts, Vectors.norms(concepts)).estimate(new int[] {4, 1, 3}, 2, x, estimates);

        double[] exact = Vectors.product(concepts, x);
        assertThat(estimates[0]).isNotEqualTo(exact[4]).isCloseTo(exact[4], within(20 * off));
        assertThat(estimates[1]).isCloseTo(exact[1], within(20 * off));
        assertThat(estimates[2]).isEqualTo(7);
    }

    @Test
    void fewDimensionsAndWhatIsNearlyNothingAreExact() {
        DMatrixRMaj few = Samples.normal(4, 127, 1);
        assertExact(few, Samples.normal(127, 2));
        DMatrixRMaj many = Samples.normal(4, 300, 1);
        assertExact(many, new double[300]);
        // Squares of these underflow: their length in doubles is not what it is.
        assertExact(many, Samples.scaled(Samples.normal(300, 2), 1e-161));
    }

    private static void assertExact(DMatrixRMaj concepts, double[] x) {
        double[] estimates = new double[concepts.numRows];
        double off = new Screen(concepts, Vectors.norms(concepts))
                .estimate(Vectors.firstRows(estimates.length), estimates.length, x, estimates);
        assertThat(off).isZero();
        assertThat(estimates).containsExactly(Vectors.product(concepts, x));
    }

    @Property(tries = 30, seed = "2")
    void theLargestGradientIsChosenThoughEstimatesCannotTellWhichItIs(
            @ForAll @IntRange(min = 2, max = 700) int concepts,
            @ForAll @IntRange(min = 128, max = 160) int dimensions,
            @ForAll long seed) {
        // All within rounding to 16 bits of each other, and some the same.
        double[] residual = Samples.normal(dimensions, seed);
        DMatrixRMaj f = Samples.around(residual, 1e-6, concepts, seed + 1);
        System.arraycopy(f.data, 0, f.data, concepts / 2 * dimensions, dimensions);
        double[] lengths = Vectors.norms(f);
        double[] gradients = Vectors.product(f, residual);
        Pricing pricing = new Pricing(f, lengths, new Screen(f, lengths));

        assertThat(pricing.refresh(residual, 0)).isTrue();
        for (int turn = 0; turn < Math.min(concepts, 100); turn++) {
            int largest = 0;
            for (int i = 1; i < concepts; i++) {
                if (gradients[i] > gradients[largest]) {
                    largest = i;
                }
            }
            int chosen = pricing.choose(residual);
            if (chosen < 0) {
                assertThat(pricing.refresh(residual, 0)).isTrue();
                chosen = pricing.choose(residual);
            }
            assertThat(chosen).isEqualTo(largest);
            pricing.activate(largest);
            gradients[largest] = 0;
        }
    }

    @Property(tries = 20, seed = "3")
    void onlyAGradientThatIsSurelyNotAboveZeroIsPassedOver(
            @ForAll @IntRange(min = 1, max = 700) int concepts, @ForAll long seed) {
        int dimensions = 200;
        double[] residual = Samples.normal(dimensions, seed);
        DMatrixRMaj f = Samples.normal(concepts, dimensions, seed + 1);
        double[] lengths = Vectors.norms(f);
        double square = Vectors.dot(residual, 0, residual);
        int last = concepts - 1;
        for (int i = 0; i < concepts; i++) {
            // To gradients of −1e-9, but for the last with +1e-9 of their length: far below what estimates tell.
            double gradient = (i == last ? 1e-9 : -1e-9) * lengths[i] * Math.sqrt(square);
            double share = (gradient - Vectors.dot(f.data, i * dimensions, residual)) / square;
            for (int t = 0; t < dimensions; t++) {
                f.add(i, t, share * residual[t]);
            }
        }
        Pricing pricing = new Pricing(f, Vectors.norms(f), new Screen(f, Vectors.norms(f)));

        assertThat(pricing.refresh(residual, 1e-12 * Math.sqrt(square))).isTrue();
        assertThat(pricing.choose(residual)).isEqualTo(last);
        pricing.activate(last);
        assertThat(pricing.refresh(residual, 1e-12 * Math.sqrt(square))).isFalse();
    }

    @Test
    void ofEqualGradientsTheFirstIsChosen() {
        DMatrixRMaj f = Samples.normal(1, 300, 1);
        int[] same = new int[900];
        DMatrixRMaj concepts = Samples.rows(f, same);
        double[] target = Arrays.copyOf(f.data, 300);

        assertThat(new Nnls(concepts).solve(target).activeSet()).containsExactly(0);
    }
}
