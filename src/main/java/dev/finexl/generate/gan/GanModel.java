package dev.finexl.generate.gan;

import dev.finexl.embed.RgbImage;
import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.ImageGenerator;
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
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.store.ModelFiles;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The generator of a generative adversarial network: one evaluation makes a picture of a latent vector, which each picture
 * draws from its own seed. The same vector on both sides is what pairs their pictures.
 */
public final class GanModel extends DescribedModel {

    private final OnnxRuntime runtime;
    private final OnnxSession session;
    private final GanInputs inputs;
    private final Optional<Condition> condition;

    private GanModel(
            OnnxRuntime runtime,
            ModelFiles files,
            OnnxSession session,
            GanInputs inputs,
            Optional<Condition> condition,
            PictureOutput output,
            Opened opened) {
        super(files, output, opened);
        this.runtime = runtime;
        this.session = session;
        this.inputs = inputs;
        this.condition = condition;
    }

    /**
     * Opens a model.
     *
     * @throws GeneratorException if the graph wants what {@code generator.json} does not mention
     * @throws dev.finexl.store.ModelFileException if a file is missing or damaged
     * @throws dev.finexl.onnx.OnnxException if ONNX Runtime refuses the graph, or the graph lacks what the file names
     */
    public static ImageGenerator open(OnnxRuntime runtime, ModelFiles files) {
        GeneratorJson json = GeneratorJson.read(files);
        PictureOutput output = PictureOutput.read(json);
        try (Opened opened = new Opened()) {
            OnnxSession session = opened.add(runtime.open(files, json.text("generator")));
            session.output(output.name());
            GanInputs inputs = GanInputs.read(json, session);
            Optional<Condition> condition = Condition.open(runtime, json, session, opened);
            GanModel model = new GanModel(runtime, files, session, inputs, condition, output, opened);
            model.requireAllInputs();
            opened.keep();
            return model;
        }
    }

    private void requireAllInputs() {
        Set<String> known = new HashSet<>(inputs.names());
        condition.ifPresent(c -> known.add(c.input()));
        requireKnown(session, known);
    }

    @Override
    protected List<RgbImage> batch(RunScope scope, List<ImageRequest> requests, SamplerSettings settings) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try {
            draw(requests, tensors);
            condition.ifPresent(c -> tensors.put(
                    c.input(),
                    c.tensor(scope, requests.stream().map(ImageRequest::prompt).toList())));
            return output().images(session.name(), session.run(scope, tensors, output().name()), requests.size());
        } finally {
            tensors.values().forEach(Tensor::close);
        }
    }

    private void draw(List<ImageRequest> requests, Map<String, Tensor> tensors) {
        List<TorchGenerator> generators = requests.stream()
                .map(request -> new TorchGenerator(request.seed()))
                .toList();
        tensors.put(inputs.latent().input().name(), normals(inputs.latent(), generators));
        inputs.noise().ifPresent(noise -> tensors.put(noise.input().name(), normals(noise, generators)));
        inputs.truncation()
                .ifPresent(truncation ->
                        tensors.put(truncation.input().name(), truncation.tensor(runtime, requests.size())));
    }

    private Tensor normals(GanInputs.Normals normals, List<TorchGenerator> generators) {
        Tensor tensor = normals.tensor(runtime, generators.size());
        float[] row = new float[normals.size()];
        for (int i = 0; i < generators.size(); i++) {
            generators.get(i).normal(row, 0, row.length);
            tensor.putFloats(i * row.length, row, 0, row.length);
        }
        return tensor;
    }

    @Override
    public Set<SamplingOption> options() {
        return EnumSet.noneOf(SamplingOption.class);
    }

    @Override
    public double guidanceScale() {
        return 1;
    }

    @Override
    public String absentNegativePrompt() {
        return null;
    }

    @Override
    public List<String> files() {
        return files(List.of(session), condition.stream());
    }

    @Override
    public int evaluationsPerImage(SamplerSettings settings) {
        return 0;
    }
}
