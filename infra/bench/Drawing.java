import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.concept.ShippedConcepts;
import dev.finexl.embed.ClipEncoder;
import dev.finexl.embed.ClipTokenizer;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.diffusion.DiffusionModels;
import dev.finexl.generate.noise.TorchGenerator;
import dev.finexl.generate.scheduler.Schedulers;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Catalogue;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Draws pictures of the bundled base and embeds them, here and, of the same ONNX files, token ids, noise, steps and threads, by a loop
 * in Python ({@code loop.py}). Exists to compare the two in turn, and to make sure that they did the same: the embeddings must be equal
 * but for rounding.
 */
final class Drawing implements AutoCloseable {

    private static final int STEPS = 12;
    private static final int BATCH = 8;
    private static final double GUIDANCE = 3;
    private static final long SEED = 1;
    /** A pixel that is rounded the other way moves an embedding of length 1 by less. */
    private static final double TOLERANCE = 0.02;

    private final OnnxRuntime runtime;
    private final Path folder = Files.createTempDirectory("finexl-drawing-");
    private final ModelFiles base;
    private final ModelFiles encoder;
    private final ImageGenerator generator;
    private final ClipEncoder clip;
    private final SamplerSettings settings;
    private final List<ImageRequest> requests = new ArrayList<>();
    private float[][] embeddings;
    private Process python;
    private BufferedReader answers;
    private String version;

    Drawing(OnnxRuntime runtime) throws IOException {
        this.runtime = runtime;
        Catalogue catalogue = new Catalogue(List.of());
        base = catalogue.find("classpath:mini-diffusion").files();
        encoder = catalogue.find("classpath:mini-clip").files();
        generator = DiffusionModels.open(runtime, base);
        clip = ClipEncoder.open(runtime, encoder);
        settings = new SamplerSettings(
                Schedulers.of(generator.schedulerConfig(), "the base's scheduler"),
                STEPS,
                GUIDANCE,
                null,
                generator.height(),
                generator.width(),
                BATCH);
        for (String prompt : ShippedConcepts.promptSet("mini").prompts()) {
            requests.add(new ImageRequest(prompt, SEED + requests.size()));
        }
    }

    /** How many pictures a round draws. */
    int pictures() {
        return requests.size();
    }

    /** Seconds of a round here. */
    double ours() {
        List<float[][]> batches = new ArrayList<>();
        long start = System.nanoTime();
        try (RunScope scope = new RunScope()) {
            generator.generate(
                    scope, requests, settings, (_, images) -> batches.add(clip.embedImages(scope, images)));
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        embeddings = batches.stream().flatMap(Arrays::stream).toArray(float[][]::new);
        return seconds;
    }

    /** Starts the loop in Python. */
    void start(List<String> command) throws IOException {
        write();
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of(folder.toString(), Integer.toString(runtime.threads())));
        python = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        answers = python.inputReader();
        version = line();
    }

    /** The version of ONNX Runtime that Python has. */
    String version() {
        return version;
    }

    /**
     * Seconds of a round there.
     *
     * @throws IllegalStateException if it did not find what was found here
     */
    double theirs() throws IOException {
        python.outputWriter().write("\n");
        python.outputWriter().flush();
        double seconds = Double.parseDouble(line());
        FloatBuffer rows = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("embeddings.bin")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        for (float[] row : embeddings) {
            double distance = 0;
            for (float number : row) {
                distance += Math.pow(number - rows.get(), 2);
            }
            if (!(Math.sqrt(distance) <= TOLERANCE)) {
                throw new IllegalStateException("the two drew different pictures: an embedding is %s away"
                        .formatted(Math.sqrt(distance)));
            }
        }
        return seconds;
    }

    private String line() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IllegalStateException("the loop in Python has ended");
        }
        return line;
    }

    private void write() throws IOException {
        copy(base, "text_encoder/model.onnx", "text_encoder.onnx");
        copy(base, "unet/model.onnx", "unet.onnx");
        copy(base, "vae_decoder/model.onnx", "vae_decoder.onnx");
        copy(encoder, "onnx/vision_model.onnx", "vision_model.onnx");
        JsonNode unet = ModelJson.read(base, "unet/config.json");
        JsonNode vae = ModelJson.read(base, "vae_decoder/config.json");
        JsonNode preprocessor = ModelJson.read(encoder, "preprocessor_config.json");
        int side = unet.get("sample_size").asInt();
        int channels = unet.get("in_channels").asInt();
        int tokens;
        try (ClipTokenizer tokenizer = ClipTokenizer.open(base, "tokenizer")) {
            List<String> texts = new ArrayList<>(requests.stream().map(ImageRequest::prompt).toList());
            texts.add("");
            long[][] ids = tokenizer.encode(texts);
            tokens = ids[0].length;
            ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * ids.length * tokens).order(ByteOrder.LITTLE_ENDIAN);
            for (long[] row : ids) {
                for (long id : row) {
                    bytes.putLong(id);
                }
            }
            Files.write(folder.resolve("ids.bin"), bytes.array());
        }
        ByteBuffer noise = ByteBuffer.allocate(Float.BYTES * requests.size() * channels * side * side)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (ImageRequest request : requests) {
            float[] numbers = new float[channels * side * side];
            new TorchGenerator(request.seed()).normal(numbers, 0, numbers.length);
            for (float number : numbers) {
                noise.putFloat(number);
            }
        }
        Files.write(folder.resolve("noise.bin"), noise.array());
        ObjectNode problem = new ObjectMapper().createObjectNode();
        problem.put("tokens", tokens).put("steps", STEPS).put("batch", BATCH).put("guidance", GUIDANCE);
        problem.putArray("latents").add(channels).add(side).add(side);
        problem.set("scalingFactor", vae.get("scaling_factor"));
        problem.set("betaStart", generator.schedulerConfig().get("beta_start"));
        problem.set("betaEnd", generator.schedulerConfig().get("beta_end"));
        problem.set("mean", preprocessor.get("image_mean"));
        problem.set("deviation", preprocessor.get("image_std"));
        Files.writeString(folder.resolve("problem.json"), problem.toString());
    }

    private void copy(ModelFiles files, String name, String to) throws IOException {
        try (InputStream in = files.open(name)) {
            Files.copy(in, folder.resolve(to));
        }
    }

    @Override
    public void close() throws IOException {
        if (python != null) {
            python.destroy();
        }
        clip.close();
        generator.close();
        Service.remove(folder);
    }
}
