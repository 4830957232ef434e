package dev.finexl.embed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.OpenModel;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A CLIP pair: pictures and texts as unit vectors in one space (arXiv 2103.00020); or a SigLIP pair (arXiv 2303.15343), which
 * has no projection, as its pooled states are trained to be in one space. Two layouts are read: split, as
 * transformers.js ships it ({@code onnx/vision_model.onnx}, {@code onnx/text_model.onnx}), and combined, as optimum
 * exports it (one {@code model.onnx} with {@code text_embeds} and {@code image_embeds}); of several number formats that lie there the most
 * exact. A CLIP vision model without its
 * projection is refused, as its output is not in the space of the texts.
 *
 * <p>Thread-safe. Who opens an encoder closes it.
 */
public final class ClipEncoder implements OpenModel {

    private static final String CONFIG = "config.json";
    /** Besides the weights, what an embedding depends on, as far as it is there. */
    private static final List<String> CONFIGURATION = List.of(
            CONFIG,
            "preprocessor_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "vocab.json",
            "merges.txt");

    private static final String IMAGE_EMBEDS = "image_embeds";
    private static final String TEXT_EMBEDS = "text_embeds";
    private static final String POOLED = "pooler_output";
    private static final String SIGLIP = "siglip";
    private static final int SIGLIP_CONTEXT = 64;
    private static final int CLIP_CONTEXT = 77;
    /** How exporters end the names of one model in several number formats, the most exact first. */
    private static final List<String> FORMATS = List.of("", "_fp16", "_quantized", "_int8", "_uint8");

    private static final int IMAGES_AT_ONCE = 16;
    private static final int TEXTS_AT_ONCE = 64;

    private final List<OnnxSession> sessions;
    private final ClipTower vision;
    private final ClipTower text;
    private final TextIds tokenizer;
    private final ClipPreprocessor preprocessor;
    private final List<String> files;
    private final int width;

    private ClipEncoder(
            List<OnnxSession> sessions,
            ClipTower vision,
            ClipTower text,
            TextIds tokenizer,
            ClipPreprocessor preprocessor,
            List<String> files,
            int width) {
        this.sessions = sessions;
        this.vision = vision;
        this.text = text;
        this.tokenizer = tokenizer;
        this.preprocessor = preprocessor;
        this.files = files;
        this.width = width;
    }

    /**
     * Opens the encoder that is found in the model's files.
     *
     * @throws EncoderException if it is none, or one whose pictures and texts are not in one space
     * @throws ModelFileException if a file is missing or damaged
     */
    public static ClipEncoder open(OnnxRuntime runtime, ModelFiles files) {
        JsonNode config = ModelJson.read(files, CONFIG);
        requireClip(files, config);
        List<String> models = layout(files);
        ClipPreprocessor preprocessor = ClipPreprocessor.open(files);
        List<OnnxSession> sessions = new ArrayList<>();
        TextIds tokenizer = null;
        boolean done = false;
        try {
            for (String model : models) {
                sessions.add(runtime.open(files, model));
            }
            OnnxSession vision = sessions.getFirst();
            OnnxSession text = sessions.getLast();
            String images = output(config, vision, IMAGE_EMBEDS);
            String texts = output(config, text, TEXT_EMBEDS);
            tokenizer = tokenizer(files, config);
            ClipTower visionTower = new ClipTower(runtime, vision, images, preprocessor.height());
            ClipTower textTower = new ClipTower(runtime, text, texts, preprocessor.height());
            int width = width(files, config, visionTower, textTower);
            ClipEncoder encoder = new ClipEncoder(
                    List.copyOf(sessions),
                    visionTower,
                    textTower,
                    tokenizer,
                    preprocessor,
                    used(files, sessions),
                    width);
            done = true;
            return encoder;
        } finally {
            if (!done) {
                sessions.forEach(OnnxSession::close);
                if (tokenizer != null) {
                    tokenizer.close();
                }
            }
        }
    }

    private static List<String> used(ModelFiles files, List<OnnxSession> sessions) {
        Stream<String> weights = sessions.stream().flatMap(session -> session.graph().fileNames().stream());
        return Stream.concat(weights, CONFIGURATION.stream().filter(files::has)).toList();
    }

    private static void requireClip(ModelFiles files, JsonNode config) {
        String type = config.path("model_type").asText("");
        switch (type) {
            case "clip", SIGLIP -> {}
            case "clip_vision_model", "clip_text_model" ->
                throw new EncoderException(
                        ("%s is a '%s': one side of CLIP without the projection, so its pooler_output is not in the space"
                                        + " that pictures and texts share; export the whole CLIPModel instead")
                                .formatted(files.reference(), type));
            default ->
                throw new EncoderException("%s: config.json says model_type '%s', expected 'clip' or 'siglip'"
                        .formatted(files.reference(), type));
        }
    }

    /** The ONNX files, the vision model first; the same file is named once. */
    static List<String> layout(ModelFiles files) {
        for (String format : FORMATS) {
            for (String folder : List.of("onnx/", "")) {
                String vision = "%svision_model%s.onnx".formatted(folder, format);
                String text = "%stext_model%s.onnx".formatted(folder, format);
                if (files.has(vision) && files.has(text)) {
                    return List.of(vision, text);
                }
            }
            for (String folder : List.of("", "onnx/")) {
                String combined = "%smodel%s.onnx".formatted(folder, format);
                if (files.has(combined)) {
                    return List.of(combined);
                }
            }
        }
        throw new EncoderException(
                "%s has no CLIP model: expected onnx/vision_model.onnx with onnx/text_model.onnx, or model.onnx"
                        .formatted(files.reference()));
    }

    private static boolean isSiglip(JsonNode config) {
        return config.path("model_type").asText("").equals(SIGLIP);
    }

    private static TextIds tokenizer(ModelFiles files, JsonNode config) {
        JsonNode positions = config.path("text_config").path("max_position_embeddings");
        return isSiglip(config)
                ? new TextIds.Siglip(T5Tokenizer.open(files, ""), Math.max(1, positions.asInt(SIGLIP_CONTEXT)))
                : new TextIds.Clip(ClipTokenizer.open(files, "", positions.asInt(CLIP_CONTEXT)));
    }

    /** The output that is the embedding. */
    private static String output(JsonNode config, OnnxSession session, String output) {
        if (isSiglip(config) && session.outputs().containsKey(POOLED)) {
            return POOLED;
        }
        if (!session.outputs().containsKey(output)) {
            throw new EncoderException(
                    "%s has the outputs %s, expected '%s': without it the model is not projected into the space that"
                                    .formatted(
                                            session.name(),
                                            String.join(", ", session.outputs().keySet()),
                                            output)
                            + " pictures and texts share");
        }
        return output;
    }

    private static int width(ModelFiles files, JsonNode config, ClipTower vision, ClipTower text) {
        int image = vision.declaredWidth();
        int words = text.declaredWidth();
        if (image > 0 && words > 0 && image != words) {
            throw new EncoderException("%s: pictures have %d numbers and texts %d, expected the same"
                    .formatted(files.reference(), image, words));
        }
        int width = Math.max(image, words);
        JsonNode configured =
                isSiglip(config) ? config.path("vision_config").path("hidden_size") : config.path("projection_dim");
        return width > 0 ? width : configured.asInt();
    }

    /** The width of the embeddings. */
    public int width() {
        return width;
    }

    /** The files that an embedding depends on, for provenance. */
    public List<String> files() {
        return files;
    }

    /** Makes of pictures what the vision model takes. */
    ClipPreprocessor preprocessor() {
        return preprocessor;
    }

    /**
     * Embeds pictures.
     *
     * @return one row of {@link #width()} numbers for each, of length 1
     */
    public float[][] embedImages(RunScope scope, List<RgbImage> images) {
        return embedBoth(scope, images).unit();
    }

    /**
     * Embeds pictures, and keeps what the model gives beside the normalised rows.
     *
     * @return one row of {@link #width()} numbers for each, in both forms
     */
    public ImageEmbeddings embedBoth(RunScope scope, List<RgbImage> images) {
        float[][] rows = new float[images.size()][];
        for (int first = 0; first < rows.length; first += IMAGES_AT_ONCE) {
            int count = Math.min(IMAGES_AT_ONCE, rows.length - first);
            try (Tensor input = vision.input(ClipTower.PIXELS, count, 3, preprocessor.height(), preprocessor.width())) {
                preprocessor.preprocess(images.subList(first, first + count), input);
                float[][] part = vision.run(scope, Map.of(ClipTower.PIXELS, input), count);
                System.arraycopy(part, 0, rows, first, count);
            }
        }
        return new ImageEmbeddings(rows, vision.normalised(rows));
    }

    /**
     * Embeds texts. Each is padded to its own length, rounded up, and not to the longest of the list, so that a text's
     * embedding does not depend on its company.
     *
     * @return one row of {@link #width()} numbers for each, of length 1
     */
    public float[][] embedTexts(RunScope scope, List<String> texts) {
        Map<Integer, List<Integer>> byLength = new TreeMap<>();
        List<long[]> ids = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            long[] tokens = tokenizer.ids(texts.get(i));
            ids.add(tokens);
            byLength.computeIfAbsent(paddedLength(tokens.length), l -> new ArrayList<>())
                    .add(i);
        }
        float[][] rows = new float[texts.size()][];
        byLength.forEach((length, members) -> {
            for (int first = 0; first < members.size(); first += TEXTS_AT_ONCE) {
                List<Integer> part = members.subList(first, Math.min(members.size(), first + TEXTS_AT_ONCE));
                float[][] embedded =
                        embedTokens(scope, part.stream().map(ids::get).toList(), length);
                for (int i = 0; i < embedded.length; i++) {
                    rows[part.get(i)] = embedded[i];
                }
            }
        });
        return rows;
    }

    /** Some exports take texts of one length only, which is then the whole context. */
    private int paddedLength(int tokens) {
        int fixed = text.fixedLength(ClipTower.IDS);
        return fixed > 0 ? fixed : tokenizer.paddedLength(tokens);
    }

    private float[][] embedTokens(RunScope scope, List<long[]> tokens, int length) {
        int count = tokens.size();
        try (Tensor ids = text.input(ClipTower.IDS, count, length);
                Tensor mask = text.wants(ClipTower.MASK) ? text.input(ClipTower.MASK, count, length) : null) {
            for (int t = 0; t < count; t++) {
                long[] row = tokens.get(t);
                for (int i = 0; i < length; i++) {
                    ids.putLong(t * length + i, i < row.length ? row[i] : tokenizer.paddingId());
                    if (mask != null) {
                        mask.putLong(t * length + i, i < row.length ? 1 : 0);
                    }
                }
            }
            Map<String, Tensor> given =
                    mask == null ? Map.of(ClipTower.IDS, ids) : Map.of(ClipTower.IDS, ids, ClipTower.MASK, mask);
            return text.normalised(text.run(scope, given, count));
        }
    }

    @Override
    public long bytes() {
        return sessions.stream().mapToLong(OnnxSession::bytes).sum();
    }

    @Override
    public void close() {
        sessions.forEach(OnnxSession::close);
        tokenizer.close();
    }
}
