import dev.finexl.decompose.Nnls;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.Explanation;
import dev.finexl.explain.OpenModels;
import dev.finexl.explain.Usage;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Catalogue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.ejml.data.DMatrixRMaj;

/**
 * Prints, from one run on one machine: how long an explanation of the bundled miniature takes, how much of that is spent
 * inside ONNX Runtime, and how long non-negative least squares takes for small and large vocabularies. Every number is a
 * median; compare only numbers of the same run.
 */
final class Bench {

    private static final int WIDTH = 512;

    private Bench() {}

    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        explanation(rounds);
        for (int concepts : new int[] {150, 10_000}) {
            System.out.printf(
                    Locale.ROOT, "nnls, %6d concepts × %d      %8.2f ms%n", concepts, WIDTH, nnls(concepts, rounds));
        }
    }

    private static void explanation(int rounds) {
        double[] wall = new double[rounds];
        double[] session = new double[rounds];
        try (OpenModels models = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()))) {
            Explainer explainer = new Explainer(new Catalogue(List.of()), null, models, 8, "bench", null);
            for (int round = -1; round < rounds; round++) {
                long start = System.nanoTime();
                Explanation explanation;
                try (RunScope scope = new RunScope()) {
                    explanation = explainer.explain(request(), ExplainListener.NONE, scope);
                }
                if (round >= 0) {
                    wall[round] = (System.nanoTime() - start) / 1e9;
                    session[round] = explanation.usage().stages().values().stream()
                            .mapToDouble(Usage.StageTime::sessionSeconds)
                            .sum();
                }
            }
        }
        System.out.printf(Locale.ROOT, "explanation, 25 pairs, wall         %8.2f s%n", median(wall));
        System.out.printf(Locale.ROOT, "  of it inside ONNX Runtime         %8.2f s%n", median(session));
        double[] ratios = new double[rounds];
        Arrays.setAll(ratios, i -> wall[i] / session[i]);
        System.out.printf(Locale.ROOT, "  wall / session                    %8.3f%n", median(ratios));
    }

    private static ExplainRequest request() {
        return ExplainRequest.parse("{\"base\": \"mini-diffusion\", \"loras\": [{\"model\": \"vivid\"}]}");
    }

    /** Median milliseconds of one solution for a random vocabulary and a sparse truth with noise. */
    private static double nnls(int concepts, int rounds) {
        SplittableRandom random = new SplittableRandom(concepts);
        DMatrixRMaj directions = new DMatrixRMaj(concepts, WIDTH);
        for (int i = 0; i < directions.getNumElements(); i++) {
            directions.data[i] = random.nextGaussian() / Math.sqrt(WIDTH);
        }
        double[] target = new double[WIDTH];
        for (int k = 0; k < WIDTH; k++) {
            target[k] = 0.8 * directions.get(3, k)
                    + 0.5 * directions.get(17, k)
                    + 0.3 * directions.get(99, k)
                    + 0.02 * random.nextGaussian();
        }
        Nnls nnls = new Nnls(directions);
        return median(time(rounds, () -> nnls.solve(target).residualNorm()));
    }

    private static double[] time(int rounds, DoubleSupplier work) {
        double[] millis = new double[rounds];
        double kept = 0;
        for (int round = -20; round < rounds; round++) {
            long start = System.nanoTime();
            kept += work.getAsDouble();
            if (round >= 0) {
                millis[round] = (System.nanoTime() - start) / 1e6;
            }
        }
        if (Double.isNaN(kept)) {
            throw new IllegalStateException("the solution is not finite");
        }
        return millis;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length % 2 == 1
                ? sorted[sorted.length / 2]
                : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
    }
}
