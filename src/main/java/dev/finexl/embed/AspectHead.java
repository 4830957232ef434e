package dev.finexl.embed;

import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.OpenModel;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.onnx.TensorSpec;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A model that measures named numbers of a picture: how vivid, how likely unsafe, how beautiful. Exists because an
 * aspect's score is relative to the words of a vocabulary, while a head was trained on what it measures and can be held
 * against a limit. A head is a folder with {@code head.json} ({@link HeadConfig}) and {@code model.onnx}, a graph of one
 * input and the named numbers as one output; a head of pixels may have a {@code preprocessor_config.json} of its own.
 *
 * <p>Thread-safe. Who opens a head closes it.
 */
public final class AspectHead implements OpenModel {

    private static final String MODEL = "model.onnx";
    private static final int PICTURES_AT_ONCE = 16;
    private static final int CHANNELS = 3;

    private final OnnxRuntime runtime;
    private final OnnxSession session;
    private final HeadConfig config;
    private final TensorSpec input;
    private final TensorSpec output;
    /** Null for the encoder's. */
    private final ClipPreprocessor ownPreprocessor;

    private final List<String> files;

    private AspectHead(
            OnnxRuntime runtime,
            OnnxSession session,
            HeadConfig config,
            ClipPreprocessor ownPreprocessor,
            List<String> files) {
        this.runtime = runtime;
        this.session = session;
        this.config = config;
        this.input = input(session, config);
        this.output = output(session, config);
        this.ownPreprocessor = ownPreprocessor;
        this.files = files;
    }

    /**
     * Opens the head that is found in the model's files.
     *
     * @throws ModelFileException if a file is missing or not as expected
     * @throws EncoderException if the graph does not give what {@code head.json} says
     */
    public static AspectHead open(OnnxRuntime runtime, ModelFiles files) {
        HeadConfig config = HeadConfig.read(files);
        List<String> used = new ArrayList<>(List.of(HeadConfig.FILE));
        ClipPreprocessor preprocessor = null;
        if (config.input() == HeadConfig.Input.PIXEL_VALUES && files.has(ClipPreprocessor.FILE)) {
            preprocessor = ClipPreprocessor.open(files);
            used.add(ClipPreprocessor.FILE);
        }
        OnnxSession session = runtime.open(files, MODEL);
        used.addAll(1, session.graph().fileNames());
        try {
            return new AspectHead(runtime, session, config, preprocessor, List.copyOf(used));
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private static TensorSpec input(OnnxSession session, HeadConfig config) {
        if (session.inputs().size() != 1) {
            throw new EncoderException("%s has the inputs %s, expected one"
                    .formatted(
                            session.name(), String.join(", ", session.inputs().keySet())));
        }
        TensorSpec input = session.input(session.inputs().keySet().iterator().next());
        int rank = config.input() == HeadConfig.Input.IMAGE_EMBEDS ? 2 : 4;
        if (!input.type().isReal() || input.rank() != rank || input.shape()[0] > 1) {
            throw new EncoderException(
                    "%s has the input %s, expected real numbers in %d dimensions, the first open or 1"
                            .formatted(session.name(), input, rank));
        }
        return input;
    }

    private static TensorSpec output(OnnxSession session, HeadConfig config) {
        if (config.output().isEmpty() && session.outputs().size() != 1) {
            throw new EncoderException("%s has the outputs %s, expected one, or head.json to name it in 'output'"
                    .formatted(
                            session.name(), String.join(", ", session.outputs().keySet())));
        }
        TensorSpec output = session.output(config.output()
                .orElseGet(() -> session.outputs().keySet().iterator().next()));
        int numbers = config.outputs().size();
        boolean single = output.rank() == 1 && numbers == 1;
        boolean fits = single || output.rank() == 2 && (output.shape()[1] < 0 || output.shape()[1] == numbers);
        if (!output.type().isReal() || !fits) {
            throw new EncoderException("%s has the output %s, expected %d real numbers for each picture as in head.json"
                    .formatted(session.name(), output, numbers));
        }
        return output;
    }

    /** What {@code head.json} says. */
    public HeadConfig config() {
        return config;
    }

    /** The files that a measurement depends on, for provenance. */
    public List<String> files() {
        return files;
    }

    /**
     * Makes sure that the head can measure what an encoder sees.
     *
     * @throws EncoderException if the head takes embeddings of another width, or pictures of another size
     */
    public void requireFits(ClipEncoder encoder) {
        long[] wanted = input.shape();
        long[] given = switch (config.input()) {
            case IMAGE_EMBEDS -> new long[] {1, encoder.width()};
            case PIXEL_VALUES -> {
                ClipPreprocessor preprocessor = preprocessor(encoder);
                yield new long[] {1, CHANNELS, preprocessor.height(), preprocessor.width()};
            }
        };
        for (int i = 1; i < wanted.length; i++) {
            if (wanted[i] >= 0 && wanted[i] != given[i]) {
                throw new EncoderException(
                        "%s takes the input %s, but gets %d in place of %d: expected the encoder (or the"
                                        .formatted(session.name(), input, given[i], wanted[i])
                                + " preprocessor_config.json) that the head was trained with");
            }
        }
    }

    private ClipPreprocessor preprocessor(ClipEncoder encoder) {
        return ownPreprocessor != null ? ownPreprocessor : encoder.preprocessor();
    }

    /**
     * Measures pictures.
     *
     * @param encoder the encoder that embedded them
     * @param embeddings of the same pictures, in the same order
     * @return for each picture one number for each of the {@linkplain HeadConfig#outputs outputs}, all finite
     * @throws EncoderException if the head gives something else
     */
    public float[][] measure(RunScope scope, ClipEncoder encoder, List<RgbImage> images, ImageEmbeddings embeddings) {
        float[][] rows = new float[images.size()][];
        int atOnce = input.shape()[0] == 1 ? 1 : PICTURES_AT_ONCE;
        for (int first = 0; first < rows.length; first += atOnce) {
            int end = Math.min(rows.length, first + atOnce);
            try (Tensor in = input(encoder, images, embeddings, first, end)) {
                read(session.run(scope, Map.of(input.name(), in), output.name()).values(), rows, first, end);
            }
        }
        return rows;
    }

    /** The input of the pictures from {@code first} to before {@code end}. The caller closes it. */
    private Tensor input(ClipEncoder encoder, List<RgbImage> images, ImageEmbeddings embeddings, int first, int end) {
        int count = end - first;
        return switch (config.input()) {
            case IMAGE_EMBEDS -> {
                float[][] rows = config.normalized() ? embeddings.unit() : embeddings.raw();
                int width = rows[first].length;
                Tensor in = Tensor.allocate(runtime, input.type(), count, width);
                for (int i = 0; i < count; i++) {
                    in.putFloats(i * width, rows[first + i], 0, width);
                }
                yield in;
            }
            case PIXEL_VALUES -> {
                ClipPreprocessor preprocessor = preprocessor(encoder);
                Tensor in = Tensor.allocate(
                        runtime, input.type(), count, CHANNELS, preprocessor.height(), preprocessor.width());
                preprocessor.preprocess(images.subList(first, end), in);
                yield in;
            }
        };
    }

    private void read(float[] out, float[][] rows, int first, int end) {
        int numbers = config.outputs().size();
        if (out.length != (end - first) * numbers) {
            throw new EncoderException(
                    "%s: output '%s' has %d numbers for %d pictures, expected %d for each as in head.json"
                            .formatted(session.name(), output.name(), out.length, end - first, numbers));
        }
        for (int i = first; i < end; i++) {
            rows[i] = Arrays.copyOfRange(out, (i - first) * numbers, (i - first + 1) * numbers);
            for (int k = 0; k < numbers; k++) {
                if (!Float.isFinite(rows[i][k])) {
                    throw new EncoderException("%s: output '%s' is %s for a picture, expected a finite number"
                            .formatted(session.name(), config.outputs().get(k).name(), rows[i][k]));
                }
            }
        }
    }

    @Override
    public long bytes() {
        return session.bytes();
    }

    @Override
    public void close() {
        session.close();
    }
}
