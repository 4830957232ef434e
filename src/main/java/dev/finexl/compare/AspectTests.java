package dev.finexl.compare;

import dev.finexl.decompose.Bootstrap;
import dev.finexl.decompose.ChangeTest;
import dev.finexl.decompose.Divergence;
import dev.finexl.decompose.PairedChange;
import dev.finexl.explain.Interval;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ejml.data.DMatrixRMaj;

/**
 * Which differences between models are more than chance.
 *
 * <p>All models draw the same prompts from the same noise, so picture j of one has its counterpart in every other, and what
 * a prompt does to both falls out of their difference. For each aspect and each two models of which one shows it, the pairs'
 * contributions to the one score less those to the other are numbers whose mean is the difference of the scores; by a
 * sign-flip test their mean is zero or not, and by resampling them it has an interval ({@link PairedChange}). Which are
 * significant is decided over all aspects and all two models together, by Holm's procedure. The decompositions are held
 * fixed: that an aspect was found at all is not tested again.
 */
final class AspectTests {

    /** Tests and intervals are part of the answer, so their randomness is fixed. */
    private static final long SEED = 20251103;

    private static final int REPLICATES = 1000;
    private static final int FLIPS = 9999;
    /** The smallest p-value that the flips can give has to be well below what Holm's procedure asks of the first. */
    private static final int FLIPS_FOR_ONE = 10;

    private static final int MOST_FLIPS = 200_000;

    private final double level;
    private final Map<Test, ModelComparison.Difference> differences = new HashMap<>();
    private final List<String> warnings = new ArrayList<>();

    private record Test(int aspect, int first, int second) {}

    /**
     * Tests all differences.
     *
     * @param names of the models
     * @param shown {@code [models][aspects]}: whether the model shows the aspect
     * @param contributions {@code [models][pairs][aspects]}
     * @param level of all tests together, e.g. 0.05
     */
    AspectTests(List<String> names, boolean[][] shown, double[][][] contributions, double level) {
        this.level = level;
        List<Test> tests = tests(shown);
        if (tests.isEmpty()) {
            return;
        }
        int pairs = contributions[0].length;
        DMatrixRMaj numbers = new DMatrixRMaj(pairs, tests.size());
        for (int t = 0; t < tests.size(); t++) {
            Test test = tests.get(t);
            for (int j = 0; j < pairs; j++) {
                numbers.set(
                        j,
                        t,
                        contributions[test.first()][j][test.aspect()] - contributions[test.second()][j][test.aspect()]);
            }
        }
        PairedChange change =
                PairedChange.of(Divergence.of(numbers), new Bootstrap(REPLICATES, SEED), test(tests.size()), level);
        for (int t = 0; t < tests.size(); t++) {
            Test test = tests.get(t);
            double mean = change.mean()[t];
            differences.put(
                    test,
                    new ModelComparison.Difference(
                            names.get(test.first()),
                            names.get(test.second()),
                            mean,
                            new Interval(Math.min(mean, change.low()[t]), Math.max(mean, change.high()[t])),
                            change.pValue()[t],
                            change.changed()[t]));
        }
        if (Math.scalb(1.0, 1 - pairs) > level / tests.size()) {
            warnings.add(("With %d pictures of each model none of %d differences can be significant: more pictures are"
                            + " needed, or fewer models.")
                    .formatted(pairs, tests.size()));
        }
    }

    private static List<Test> tests(boolean[][] shown) {
        List<Test> tests = new ArrayList<>();
        for (int aspect = 0; aspect < shown[0].length; aspect++) {
            for (int first = 0; first < shown.length; first++) {
                for (int second = first + 1; second < shown.length; second++) {
                    if (shown[first][aspect] || shown[second][aspect]) {
                        tests.add(new Test(aspect, first, second));
                    }
                }
            }
        }
        return tests;
    }

    private ChangeTest test(int tests) {
        double wanted = Math.ceil(FLIPS_FOR_ONE * tests / level);
        return new ChangeTest((int) Math.clamp(wanted, FLIPS, MOST_FLIPS), SEED);
    }

    /** The differences in one aspect, in the order of the models. */
    List<ModelComparison.Difference> of(int aspect, int models) {
        List<ModelComparison.Difference> found = new ArrayList<>();
        for (int first = 0; first < models; first++) {
            for (int second = first + 1; second < models; second++) {
                ModelComparison.Difference difference = differences.get(new Test(aspect, first, second));
                if (difference != null) {
                    found.add(difference);
                }
            }
        }
        return List.copyOf(found);
    }

    List<String> warnings() {
        return warnings;
    }

    /**
     * Whether the pictures of two models are alike to the encoder, for each two of them in their order: p-values of sign-flip
     * tests.
     *
     * @param sides embeddings of each model's pictures
     */
    static double[] alike(List<DMatrixRMaj> sides) {
        List<Double> pValues = new ArrayList<>();
        ChangeTest test = new ChangeTest(FLIPS, SEED);
        for (int first = 0; first < sides.size(); first++) {
            for (int second = first + 1; second < sides.size(); second++) {
                pValues.add(test.pValue(Divergence.between(sides.get(first), sides.get(second))));
            }
        }
        return pValues.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
