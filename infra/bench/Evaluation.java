import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.onnx.TensorType;
import dev.finexl.onnx.UsualShapes;
import dev.finexl.store.DirectoryFiles;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Prints how long one evaluation of a UNet of Stable Diffusion 1.5's structure and size takes for a picture of 512 × 512, with
 * and without the prompt, and the most memory that the process had resident: as the program opens it, and as ONNX Runtime does by itself.
 * Each is a process of its own that evaluates twice, of which the second counts; they take turns. Every number is a median; compare only
 * numbers of the same run.
 */
final class Evaluation {

    private static final int ROWS = 2;
    private static final long[] SAMPLE = {ROWS, 4, 64, 64};
    private static final long[] PROMPT = {ROWS, 77, 768};
    private static final String RESULT = "out_sample";

    /** Relative to the largest number of the result. */
    private static final double TOLERANCE = 1e-4;

    private enum Way {
        OURS("ours"),
        ALONE("ONNX Runtime by itself");

        private final String label;

        Way(String label) {
            this.label = label;
        }
    }

    /**
     * @param seconds of the evaluation
     * @param megabytes resident at most
     * @param result some numbers of the result
     */
    private record Taken(double seconds, double megabytes, double[] result) {}

    private Evaluation() {}

    /** @param args ROUNDS and a file for the numbers as JSON; or a way and the model's folder, in a process of its own */
    public static void main(String[] args) throws Exception {
        for (Way way : Way.values()) {
            if (args[0].equals(way.name())) {
                System.out.println(way == Way.OURS ? ours(Path.of(args[1])) : alone(Path.of(args[1])));
                return;
            }
        }
        Path work = Files.createTempDirectory("finexl-evaluation-");
        try {
            StableDiffusionUnet.write(work.resolve("unet"));
            compare(Integer.parseInt(args[0]), work, Path.of(args[1]));
        } finally {
            Service.remove(work);
        }
    }

    private static void compare(int rounds, Path work, Path json) throws Exception {
        Map<Way, List<Taken>> taken = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Way way : Way.values()) {
                taken.computeIfAbsent(way, _ -> new ArrayList<>()).add(process(way, work));
            }
        }
        requireSame(taken.get(Way.OURS).getFirst().result(), taken.get(Way.ALONE).getFirst().result());
        double weights = Files.size(work.resolve("unet/model.onnx_data")) / 1e6;
        System.out.printf(Locale.ROOT, "weights %.0f MB%n%-24s %10s %12s%n", weights, "", "evaluated", "peak");
        List<String> lines = new ArrayList<>();
        taken.forEach((way, all) -> {
            double seconds = Median.of(all.stream().mapToDouble(Taken::seconds));
            double megabytes = Median.of(all.stream().mapToDouble(Taken::megabytes));
            System.out.printf(Locale.ROOT, "%-24s %8.2f s %9.0f MB%n", way.label, seconds, megabytes);
            lines.add(String.format(
                    Locale.ROOT, "  \"%s\": {\"seconds\": %.3f, \"megabytes\": %.0f}", way.label, seconds, megabytes));
        });
        Files.writeString(json, lines.stream().collect(Collectors.joining(",\n", "{\n", "\n}\n")));
    }

    private static Taken process(Way way, Path work) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Xmx1g"));
        command.addAll(List.of("infra/bench/Evaluation.java", way.name(), work.resolve("unet").toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        // Who calls ONNX Runtime by itself must not have a long command line (OnnxRuntime).
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.start();
        String[] words = new String(process.getInputStream().readAllBytes()).strip().split(" ");
        if (process.waitFor() != 0 || words.length < 3) {
            throw new IllegalStateException("%s ends with %d".formatted(way.label, process.waitFor()));
        }
        double[] result = new double[words.length - 2];
        for (int i = 0; i < result.length; i++) {
            result[i] = Double.parseDouble(words[2 + i]);
        }
        return new Taken(Double.parseDouble(words[0]), Double.parseDouble(words[1]), result);
    }

    private static String ours(Path folder) throws Exception {
        OnnxRuntime runtime = new OnnxRuntime(OnnxSettings.cpu());
        UsualShapes usual = new UsualShapes(Map.of(
                "sample", List.of(UsualShapes.ANY, SAMPLE[1], SAMPLE[2], SAMPLE[3]),
                "encoder_hidden_states", List.of(UsualShapes.ANY, PROMPT[1], PROMPT[2])));
        try (RunScope scope = new RunScope();
                OnnxSession session = runtime.openPersonalizable(new DirectoryFiles("unet", folder), "model.onnx", usual);
                Tensor sample = tensor(runtime, SAMPLE);
                Tensor prompt = tensor(runtime, PROMPT);
                Tensor time = Tensor.allocate(runtime, TensorType.FLOAT32)) {
            time.putLong(0, 500);
            Map<String, Tensor> inputs = Map.of("sample", sample, "timestep", time, "encoder_hidden_states", prompt);
            session.run(scope, inputs, RESULT);
            long start = System.nanoTime();
            float[] result = session.run(scope, inputs, RESULT).values();
            return told(start, result);
        }
    }

    private static Tensor tensor(OnnxRuntime runtime, long[] shape) {
        Tensor tensor = Tensor.allocate(runtime, TensorType.FLOAT32, shape);
        float[] numbers = noise(shape).array();
        tensor.putFloats(0, numbers, 0, numbers.length);
        return tensor;
    }

    private static String alone(Path folder) throws Exception {
        // Makes the pool of threads that all sessions share.
        new OnnxRuntime(OnnxSettings.cpu());
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.disablePerSessionThreads();
            try (OrtSession session = environment.createSession(folder.resolve("model.onnx").toString(), options);
                    OnnxTensor sample = OnnxTensor.createTensor(environment, noise(SAMPLE), SAMPLE);
                    OnnxTensor prompt = OnnxTensor.createTensor(environment, noise(PROMPT), PROMPT);
                    OnnxTensor time = OnnxTensor.createTensor(environment, 500f)) {
                Map<String, OnnxTensor> inputs =
                        Map.of("sample", sample, "timestep", time, "encoder_hidden_states", prompt);
                session.run(inputs).close();
                long start = System.nanoTime();
                try (OrtSession.Result result = session.run(inputs)) {
                    return told(start, ((OnnxTensor) result.get(RESULT).orElseThrow()).getFloatBuffer().array());
                }
            }
        }
    }

    private static FloatBuffer noise(long[] shape) {
        Random random = new Random(1);
        long size = 1;
        for (long dim : shape) {
            size *= dim;
        }
        FloatBuffer numbers = FloatBuffer.allocate(Math.toIntExact(size));
        while (numbers.hasRemaining()) {
            numbers.put((float) random.nextGaussian());
        }
        return numbers.flip();
    }

    private static String told(long start, float[] result) throws IOException {
        StringBuilder told = new StringBuilder(String.format(
                Locale.ROOT, "%.4f %.1f", (System.nanoTime() - start) / 1e9, Service.memory(ProcessHandle.current().pid(), "VmHWM") / 1e6));
        for (int i = 0; i < result.length; i += 97) {
            told.append(' ').append(result[i]);
        }
        return told.toString();
    }

    private static void requireSame(double[] one, double[] other) {
        double largest = 0;
        double apart = 0;
        for (int i = 0; i < one.length; i++) {
            largest = Math.max(largest, Math.abs(other[i]));
            apart = Math.max(apart, Math.abs(one[i] - other[i]));
        }
        if (one.length != other.length || !(apart <= TOLERANCE * largest)) {
            throw new IllegalStateException("the results are %.3g apart, of at most %.3g".formatted(apart, largest));
        }
    }
}
