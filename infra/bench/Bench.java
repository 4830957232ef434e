import dev.finexl.decompose.Bootstrap;
import dev.finexl.decompose.Decomposer;
import dev.finexl.decompose.DecompositionMethod;
import dev.finexl.decompose.Divergence;
import dev.finexl.decompose.Nnls;
import dev.finexl.explain.Answers;
import dev.finexl.explain.BatchSize;
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
import dev.finexl.store.DirectoryResults;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import org.ejml.data.DMatrixRMaj;

/**
 * Prints, from one run on one machine, what an explanation costs in a process that is warm: how much of it is spent outside ONNX
 * Runtime, how that grows with the number of prompts, and what it gains to sample pictures together; what a second
 * personalisation of a base costs, and a repeated request; how long pictures take beside a loop in Python ({@link Drawing}); and how long the decomposition takes for small and
 * large vocabularies, beside scipy's. Every number is a median, and what is compared takes turns; compare only numbers of the same run.
 */
final class Bench {

    private static final int WIDTH = 512;
    /** As many explanations until the JVM has compiled what they use; with each of these the time outside ONNX Runtime falls. */
    private static final int UNTIL_WARM = 5;

    private static final int PAIRS = 25;

    /** Name to number, in the order in which they were measured. */
    private final Map<String, Double> numbers = new LinkedHashMap<>();

    private final int rounds;

    private Bench(int rounds) {
        this.rounds = rounds;
    }

    /**
     * @param args ROUNDS, a file for the numbers as JSON, and two Pythons that may be the same: one with scipy and one with
     *     onnxruntime, empty where there is none
     */
    public static void main(String[] args) throws Exception {
        Bench bench = new Bench(Integer.parseInt(args[0]));
        OnnxRuntime runtime = new OnnxRuntime(OnnxSettings.cpu());
        try (OpenModels models = new OpenModels(runtime)) {
            bench.warm(models);
            bench.prompts(models);
            bench.batches(models);
            bench.second(models);
        }
        bench.drawing(runtime, python(args[3], "infra/bench/loop.py"));
        for (int concepts : new int[] {150, 1_000, 10_000}) {
            for (Directions kind : Directions.values()) {
                bench.decomposition(concepts, kind, python(args[2], "infra/bench/nnls.py"));
            }
        }
        Files.writeString(
                Path.of(args[1]),
                bench.numbers.entrySet().stream()
                        .map(number -> String.format(Locale.ROOT, "  \"%s\": %.5f", number.getKey(), number.getValue()))
                        .collect(Collectors.joining(",\n", "{\n", "\n}\n")));
    }

    private static List<String> python(String executable, String script) {
        return executable.isEmpty() ? List.of() : List.of(executable, script);
    }

    private void say(String key, String what, String unit, double number) {
        numbers.put(key, number);
        System.out.printf(Locale.ROOT, "%-58s %10.3f %s%n", what, number, unit);
    }

    /** What one explanation took. */
    private record Cost(double wall, double session) {}

    private static Cost explain(Explainer explainer, String request) {
        long start = System.nanoTime();
        try (RunScope scope = new RunScope()) {
            Explanation explanation = explainer.explain(ExplainRequest.parse(request), ExplainListener.NONE, scope);
            double wall = (System.nanoTime() - start) / 1e9;
            return new Cost(
                    wall,
                    explanation.usage().stages().values().stream()
                            .mapToDouble(Usage.StageTime::sessionSeconds)
                            .sum());
        }
    }

    private static Explainer explainer(OpenModels models) {
        return explainer(models, 16);
    }

    /** @param batch as many pictures are sampled together */
    private static Explainer explainer(OpenModels models, int batch) {
        return new Explainer(new Catalogue(List.of()), null, models, BatchSize.fixed(batch), "bench", null);
    }

    private static String request(String lora, int images) {
        return "{\"base\": \"mini-diffusion\", \"loras\": [{\"model\": \"%s\"}], \"images\": %d, \"sequential\": false}"
                .formatted(lora, images);
    }

    private void warm(OpenModels models) {
        Explainer explainer = explainer(models);
        for (int i = 0; i < UNTIL_WARM; i++) {
            explain(explainer, request("vivid", PAIRS));
        }
        List<Cost> costs = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            costs.add(explain(explainer, request("vivid", PAIRS)));
        }
        say("warm.wall", "explanation, 25 pairs, wall", "s", median(costs.stream().mapToDouble(Cost::wall)
                .toArray()));
        say("warm.session", "  of it inside ONNX Runtime", "s", median(costs.stream()
                .mapToDouble(Cost::session)
                .toArray()));
        say("warm.ratio", "  wall / inside", "", median(costs.stream()
                .mapToDouble(cost -> cost.wall() / cost.session())
                .toArray()));
    }

    private void prompts(OpenModels models) {
        Explainer explainer = explainer(models);
        for (int images : new int[] {5, 50, 200}) {
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < (images > 100 ? 1 : rounds); round++) {
                Cost cost = explain(explainer, request("vivid", images));
                ratios.add(cost.wall() / cost.session());
            }
            say(
                    "prompts." + images,
                    "explanation, %d pairs, wall / inside".formatted(images),
                    "",
                    median(ratios.stream().mapToDouble(Double::doubleValue).toArray()));
        }
    }

    private void batches(OpenModels models) {
        int[] sizes = {1, 4, 16};
        double[][] seconds = new double[sizes.length][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < sizes.length; i++) {
                seconds[i][round] = explain(explainer(models, sizes[i]), request("vivid", PAIRS)).wall();
            }
        }
        for (int i = 0; i < sizes.length; i++) {
            say("batch." + sizes[i], "explanation, 25 pairs, %d sampled together".formatted(sizes[i]), "s", median(seconds[i]));
        }
    }

    private void second(OpenModels models) throws IOException {
        List<Double> ratios = new ArrayList<>();
        List<Double> repeated = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            Path folder = Files.createTempDirectory("finexl-bench-");
            Explainer explainer = explainer(models).remembering(new Answers(new DirectoryResults(folder), null, 16));
            double first = explain(explainer, request("vivid", PAIRS)).wall();
            ratios.add(explain(explainer, request("pixelated", PAIRS)).wall() / first);
            double[] again = new double[50];
            for (int i = 0; i < again.length; i++) {
                again[i] = 1000 * explain(explainer, request("vivid", PAIRS)).wall();
            }
            repeated.add(median(again));
            remove(folder);
        }
        say("second.ratio", "second personalization of a base / first", "", median(ratios.stream()
                .mapToDouble(Double::doubleValue)
                .toArray()));
        say("repeated", "repeated request", "ms", median(repeated.stream()
                .mapToDouble(Double::doubleValue)
                .toArray()));
    }

    /** Beside a loop in Python, where there is one. */
    private void drawing(OnnxRuntime runtime, List<String> python) throws IOException {
        try (Drawing drawing = new Drawing(runtime)) {
            drawing.ours();
            if (!python.isEmpty()) {
                drawing.start(python);
                drawing.theirs();
            }
            List<Double> ours = new ArrayList<>();
            List<Double> theirs = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                ours.add(drawing.ours());
                if (!python.isEmpty()) {
                    theirs.add(drawing.theirs());
                }
            }
            say("drawing", "%d pictures drawn and embedded".formatted(drawing.pictures()), "s", median(ours.stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray()));
            if (!theirs.isEmpty()) {
                double[] seconds = theirs.stream().mapToDouble(Double::doubleValue).toArray();
                double[] ratios = new double[rounds];
                Arrays.setAll(ratios, round -> ours.get(round) / theirs.get(round));
                String loop = "  Python, numpy and ONNX Runtime " + drawing.version();
                say("drawing.python", loop, "s", median(seconds));
                say("drawing.ratio", "  ours / Python", "", median(ratios));
            }
        }
    }

    /** What concept directions look like. */
    private enum Directions {
        /** In every direction alike, which is the hardest case: the target is fitted exactly, by as many concepts as dimensions. */
        ISOTROPIC,
        /** With a part that all have in common and a spectrum that falls, as an encoder's have. */
        ENCODED;

        DMatrixRMaj matrix(int concepts, SplittableRandom random) {
            DMatrixRMaj matrix = new DMatrixRMaj(concepts, WIDTH);
            for (int i = 0; i < concepts; i++) {
                for (int k = 0; k < WIDTH; k++) {
                    double scale = this == ISOTROPIC ? 1 : 4 / Math.sqrt(1 + k);
                    matrix.set(i, k, scale * random.nextGaussian() / Math.sqrt(WIDTH));
                }
                matrix.add(i, 0, this == ISOTROPIC ? 0 : 1);
            }
            return matrix;
        }
    }

    private void decomposition(int concepts, Directions kind, List<String> scipy) throws Exception {
        SplittableRandom random = new SplittableRandom(concepts);
        DMatrixRMaj directions = kind.matrix(concepts, random);
        double[] target = target(directions, random);
        Nnls nnls = new Nnls(directions);
        for (int i = 0; i < 20; i++) {
            nnls.solve(target);
        }
        String name = "%s directions, %,d × %d".formatted(kind.name().toLowerCase(Locale.ROOT), concepts, WIDTH);
        String key = "nnls.%s.%d".formatted(kind.name().toLowerCase(Locale.ROOT), concepts);
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            ours.add(millis(() -> nnls.solve(target).residualNorm()));
            if (!scipy.isEmpty()) {
                theirs.add(scipy(scipy, directions, target));
            }
        }
        say(key, "nnls, " + name, "ms", median(ours.stream().mapToDouble(Double::doubleValue).toArray()));
        if (!theirs.isEmpty()) {
            say(key + ".scipy", "  scipy", "ms", median(theirs.stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray()));
        }
        if (kind == Directions.ENCODED) {
            double[] whole = new double[rounds];
            Arrays.setAll(whole, _ -> millis(() -> intervals(directions, target)));
            say("decomposition." + concepts, "  with 1,000 bootstrap replicates of 25 pairs", "ms", median(whole));
        }
    }

    /** A sparse truth and some noise. */
    private static double[] target(DMatrixRMaj directions, SplittableRandom random) {
        double[] target = new double[WIDTH];
        for (int k = 0; k < WIDTH; k++) {
            target[k] = 0.8 * directions.get(3, k)
                    + 0.5 * directions.get(17, k)
                    + 0.3 * directions.get(99, k)
                    + 0.02 * random.nextGaussian();
        }
        return target;
    }

    private static double intervals(DMatrixRMaj directions, double[] target) {
        SplittableRandom random = new SplittableRandom(1);
        DMatrixRMaj base = new DMatrixRMaj(PAIRS, WIDTH);
        DMatrixRMaj personalized = new DMatrixRMaj(PAIRS, WIDTH);
        for (int j = 0; j < PAIRS; j++) {
            for (int k = 0; k < WIDTH; k++) {
                base.set(j, k, random.nextGaussian());
                personalized.set(j, k, base.get(j, k) + target[k] + 0.1 * random.nextGaussian());
            }
        }
        Decomposer decomposer = DecompositionMethod.of("nnls").prepare(directions);
        return new Bootstrap(1000, 0)
                .intervals(decomposer, Divergence.between(base, personalized), 0.95)
                .high()[0];
    }

    /** Milliseconds that scipy says it took, for the same numbers. */
    private static double scipy(List<String> command, DMatrixRMaj directions, double[] target) throws Exception {
        Path problem = Files.createTempFile("finexl-nnls-", ".bin");
        try {
            ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * (directions.getNumElements() + target.length))
                    .order(ByteOrder.LITTLE_ENDIAN);
            bytes.asDoubleBuffer().put(target).put(directions.data, 0, directions.getNumElements());
            try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(problem))) {
                out.write(bytes.array());
            }
            List<String> words = new ArrayList<>(command);
            words.addAll(List.of(problem.toString(), Integer.toString(WIDTH)));
            Process process = new ProcessBuilder(words)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String answer = new String(process.getInputStream().readAllBytes()).strip();
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " failed");
            }
            return Double.parseDouble(answer);
        } finally {
            Files.delete(problem);
        }
    }

    private static double millis(DoubleSupplier work) {
        long start = System.nanoTime();
        double result = work.getAsDouble();
        double millis = (System.nanoTime() - start) / 1e6;
        if (Double.isNaN(result)) {
            throw new IllegalStateException("the solution is not finite");
        }
        return millis;
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }

    private static double median(double[] values) {
        return Median.of(Arrays.stream(values));
    }
}
