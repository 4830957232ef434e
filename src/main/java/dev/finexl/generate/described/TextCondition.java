package dev.finexl.generate.described;

import dev.finexl.embed.ClipEncoder;
import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.Opened;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.onnx.TensorSpec;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.RoutedFiles;
import java.util.List;
import java.util.Optional;

/**
 * The embedding of a prompt, {@code [batch, width]}, by the text side of a CLIP pair that lies in the folder
 * {@value #FOLDER} of the model. A model that only names its encoder has that folder put there by whoever opens it.
 */
public final class TextCondition implements Condition {

    /** Where the encoder lies. */
    public static final String FOLDER = "text_encoder/";

    private final OnnxRuntime runtime;
    private final TensorSpec input;
    private final ClipEncoder encoder;

    private TextCondition(OnnxRuntime runtime, TensorSpec input, ClipEncoder encoder) {
        this.runtime = runtime;
        this.input = input;
        this.encoder = encoder;
    }

    static TextCondition open(OnnxRuntime runtime, GeneratorJson condition, OnnxSession session, Opened opened) {
        ModelFiles files = condition.files();
        if (!files.has(FOLDER + "config.json")) {
            throw new ModelFileException(
                    files, FOLDER + "config.json", "is missing: expected the CLIP pair that embeds prompts");
        }
        ClipEncoder encoder = opened.add(ClipEncoder.open(runtime, RoutedFiles.folder(files, FOLDER)));
        TensorSpec input = session.input(condition.text("input"));
        long width = input.rank() == 2 ? input.shape()[1] : 0;
        if (width != -1 && width != encoder.width()) {
            throw new GeneratorException("%s: input %s does not take the %d numbers of a text's embedding"
                    .formatted(session.name(), input, encoder.width()));
        }
        return new TextCondition(runtime, input, encoder);
    }

    /** The encoder that a model names and does not bring along; empty if it needs none. */
    public static Optional<String> named(ModelFiles files) {
        return files.has(FOLDER + "config.json")
                ? Optional.empty()
                : GeneratorJson.read(files)
                        .optional("condition")
                        .filter(condition -> condition.has("text_encoder"))
                        .map(condition -> condition.text("text_encoder"));
    }

    @Override
    public String input() {
        return input.name();
    }

    @Override
    public Tensor tensor(RunScope scope, List<String> prompts) {
        float[][] rows = encoder.embedTexts(scope, prompts);
        Tensor tensor = Tensor.allocate(runtime, input.type(), rows.length, encoder.width());
        for (int i = 0; i < rows.length; i++) {
            tensor.putFloats(i * encoder.width(), rows[i], 0, encoder.width());
        }
        return tensor;
    }

    @Override
    public List<String> files() {
        return encoder.files().stream().map(FOLDER::concat).toList();
    }
}
