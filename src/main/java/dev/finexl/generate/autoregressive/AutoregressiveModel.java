package dev.finexl.generate.autoregressive;

import dev.finexl.embed.RgbImage;
import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.Opened;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.SamplingOption;
import dev.finexl.generate.described.Condition;
import dev.finexl.generate.described.DescribedModel;
import dev.finexl.generate.described.GeneratorJson;
import dev.finexl.generate.described.PictureOutput;
import dev.finexl.generate.noise.TorchGenerator;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.Output;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.store.ModelFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An autoregressive model: a decoder writes the tokens of a picture, each drawn by a uniform number from the picture's own
 * seed, and an image decoder paints them. The same numbers on both sides are what pairs their pictures.
 */
public final class AutoregressiveModel extends DescribedModel {

    private final OnnxRuntime runtime;
    private final OnnxSession decoder;
    private final OnnxSession imageDecoder;
    private final TokenDecoder.Shape shape;
    private final TokenSampling sampling;
    private final Optional<Condition> condition;
    private final String unconditionalPrompt;

    private AutoregressiveModel(
            OnnxRuntime runtime,
            GeneratorJson json,
            OnnxSession decoder,
            OnnxSession imageDecoder,
            PictureOutput output,
            Opened opened) {
        Optional<Condition> conditioned = Condition.open(runtime, json, decoder, opened);
        super(json.files(), output, opened);
        this.shape = TokenDecoder.Shape.read(json);
        this.sampling = TokenSampling.read(json, shape.vocabulary());
        this.condition = conditioned;
        this.unconditionalPrompt = json.optional("condition")
                .map(c -> c.text("unconditional_prompt", ""))
                .orElse("");
        this.runtime = runtime;
        this.decoder = decoder;
        this.imageDecoder = imageDecoder;
    }

    /**
     * Opens a model.
     *
     * @throws GeneratorException if the graphs want what is not known
     * @throws dev.finexl.store.ModelFileException if a file is missing or damaged
     * @throws dev.finexl.onnx.OnnxException if ONNX Runtime refuses a graph, or one lacks what it must have
     */
    public static AutoregressiveModel open(OnnxRuntime runtime, ModelFiles files) {
        GeneratorJson json = GeneratorJson.read(files);
        PictureOutput output = PictureOutput.read(json);
        try (Opened opened = new Opened()) {
            OnnxSession decoder = opened.add(runtime.open(files, json.text("decoder")));
            OnnxSession imageDecoder = opened.add(runtime.open(files, json.text("image_decoder")));
            AutoregressiveModel model = new AutoregressiveModel(runtime, json, decoder, imageDecoder, output, opened);
            model.requirePorts();
            opened.keep();
            return model;
        }
    }

    private void requirePorts() {
        decoder.output(TokenDecoder.LOGITS);
        shape.present().forEach(decoder::output);
        imageDecoder.output(output().name());
        List<String> known = new ArrayList<>(shape.past());
        known.addAll(List.of(TokenDecoder.IDS, TokenDecoder.POSITIONS));
        condition.ifPresent(c -> known.add(c.input()));
        requireKnown(decoder, known);
        if (imageDecoder.inputs().size() != 1) {
            throw new GeneratorException("%s has the inputs %s, expected one of tokens"
                    .formatted(imageDecoder.name(), imageDecoder.inputs().keySet()));
        }
    }

    @Override
    protected List<RgbImage> batch(RunScope scope, List<ImageRequest> requests, SamplerSettings settings) {
        int[][] tokens = tokens(scope, requests, settings);
        String input = imageDecoder.inputs().keySet().iterator().next();
        try (Tensor ids = Tensor.allocate(runtime, imageDecoder.input(input).type(), tokens.length, shape.tokens())) {
            for (int i = 0; i < tokens.length; i++) {
                for (int t = 0; t < shape.tokens(); t++) {
                    ids.putLong(i * shape.tokens() + t, tokens[i][t]);
                }
            }
            Output sample = imageDecoder.run(scope, Map.of(input, ids), output().name());
            return output().images(imageDecoder.name(), sample, tokens.length);
        }
    }

    /** The tokens of one batch's pictures: {@code [pictures][tokens]}. */
    int[][] tokens(RunScope scope, List<ImageRequest> requests, SamplerSettings settings) {
        int pictures = requests.size();
        boolean guided = guided(settings);
        float[][] uniforms = new float[pictures][shape.tokens()];
        for (int i = 0; i < pictures; i++) {
            new TorchGenerator(requests.get(i).seed()).uniforms(uniforms[i], 0, shape.tokens());
        }
        int[][] tokens = new int[pictures][shape.tokens()];
        int rows = guided ? 2 * pictures : pictures;
        int[] last = new int[rows];
        Arrays.fill(last, shape.begin());
        try (TokenDecoder run = new TokenDecoder(runtime, decoder, shape, condition(scope, requests, settings), rows)) {
            for (int t = 0; t < shape.tokens(); t++) {
                float[][] logits = run.next(scope, last);
                for (int i = 0; i < pictures; i++) {
                    float[] mine =
                            guided ? led(logits[i], logits[pictures + i], (float) settings.guidanceScale()) : logits[i];
                    tokens[i][t] = sampling.choose(mine, uniforms[i][t]);
                    last[i] = tokens[i][t];
                    last[rows - pictures + i] = tokens[i][t];
                }
            }
        }
        return tokens;
    }

    /** The pictures' prompts, followed, where they are guided, by as many of what guidance leads away from. */
    private Map<String, Tensor> condition(RunScope scope, List<ImageRequest> requests, SamplerSettings settings) {
        List<String> prompts =
                new ArrayList<>(requests.stream().map(ImageRequest::prompt).toList());
        if (guided(settings)) {
            String negative = settings.negativePrompt();
            prompts.addAll(Stream.generate(() -> negative == null ? unconditionalPrompt : negative)
                    .limit(requests.size())
                    .toList());
        }
        return condition.map(c -> Map.of(c.input(), c.tensor(scope, prompts))).orElseGet(Map::of);
    }

    private static float[] led(float[] conditioned, float[] unconditioned, float scale) {
        float[] led = new float[conditioned.length];
        for (int k = 0; k < led.length; k++) {
            led[k] = unconditioned[k] + scale * (conditioned[k] - unconditioned[k]);
        }
        return led;
    }

    private boolean guided(SamplerSettings settings) {
        return condition.isPresent() && settings.guided();
    }

    @Override
    public Set<SamplingOption> options() {
        return condition.isPresent()
                ? EnumSet.of(SamplingOption.GUIDANCE_SCALE, SamplingOption.NEGATIVE_PROMPT)
                : EnumSet.noneOf(SamplingOption.class);
    }

    @Override
    public double guidanceScale() {
        return condition.isPresent() ? sampling.guidanceScale() : 1;
    }

    @Override
    public String absentNegativePrompt() {
        return unconditionalPrompt;
    }

    @Override
    public List<String> files() {
        return files(List.of(decoder, imageDecoder), condition.stream());
    }

    @Override
    public int evaluationsPerImage(SamplerSettings settings) {
        return guided(settings) ? 2 * shape.tokens() : shape.tokens();
    }
}
