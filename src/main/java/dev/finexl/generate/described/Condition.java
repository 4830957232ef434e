package dev.finexl.generate.described;

import dev.finexl.generate.Opened;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import java.util.List;
import java.util.Optional;

/** What tells a graph which picture is wanted: a text's embedding or a class. */
public sealed interface Condition permits TextCondition, ClassCondition {

    /** The graph's input. */
    String input();

    /**
     * What the input is given for some prompts; the caller closes it.
     *
     * @throws dev.finexl.generate.GeneratorException if the model cannot draw one of them
     */
    Tensor tensor(RunScope scope, List<String> prompts);

    /** The files, besides the graph's, that it depends on. */
    List<String> files();

    /**
     * Reads the field {@code condition} and opens what it needs.
     *
     * @param session the graph that is conditioned
     * @return empty for a generator that draws what it likes
     */
    static Optional<Condition> open(OnnxRuntime runtime, GeneratorJson json, OnnxSession session, Opened opened) {
        return json.optional("condition").map(condition -> {
            String from = condition.text("from");
            return switch (from) {
                case "text_encoder" -> TextCondition.open(runtime, condition, session, opened);
                case "class" -> ClassCondition.read(runtime, condition, session);
                default -> throw condition.wrong("from", "'text_encoder' or 'class'");
            };
        });
    }
}
