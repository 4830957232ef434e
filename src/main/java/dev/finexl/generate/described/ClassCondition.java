package dev.finexl.generate.described;

import dev.finexl.generate.GeneratorException;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.onnx.TensorSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The class that a prompt names, as an index, {@code [batch]}, or, where the input has two dimensions, as one of
 * {@code [batch, classes]} that is 1. A prompt names the class whose words it has; of several the longest.
 */
public final class ClassCondition implements Condition {

    private static final int MOST = 100_000;

    private final OnnxRuntime runtime;
    private final TensorSpec input;
    private final List<String> classes;

    private ClassCondition(OnnxRuntime runtime, TensorSpec input, List<String> classes) {
        this.runtime = runtime;
        this.input = input;
        this.classes = classes;
    }

    static ClassCondition read(OnnxRuntime runtime, GeneratorJson condition, OnnxSession session) {
        List<String> classes = condition.texts("classes", MOST).stream()
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .toList();
        return new ClassCondition(runtime, session.input(condition.text("input")), classes);
    }

    @Override
    public String input() {
        return input.name();
    }

    @Override
    public Tensor tensor(RunScope scope, List<String> prompts) {
        int[] chosen = prompts.stream().mapToInt(this::classOf).toArray();
        boolean oneHot = input.rank() == 2;
        Tensor tensor = oneHot
                ? Tensor.allocate(runtime, input.type(), chosen.length, classes.size())
                : Tensor.allocate(runtime, input.type(), chosen.length);
        for (int i = 0; i < chosen.length; i++) {
            if (oneHot) {
                tensor.putLong(i * classes.size() + chosen[i], 1);
            } else {
                tensor.putLong(i, chosen[i]);
            }
        }
        return tensor;
    }

    private int classOf(String prompt) {
        String words = prompt.toLowerCase(Locale.ROOT);
        return IntStream.range(0, classes.size())
                .filter(c -> words.contains(classes.get(c)) && wholeWords(words, classes.get(c)))
                .boxed()
                .max(Comparator.comparingInt((Integer c) -> classes.get(c).length())
                        .thenComparing(Comparator.reverseOrder()))
                .orElseThrow(() ->
                        new GeneratorException("the prompt '%s' names none of the model's %d classes, such as '%s'"
                                .formatted(prompt, classes.size(), classes.getFirst())));
    }

    private static boolean wholeWords(String words, String name) {
        return Pattern.compile("(?<![\\p{L}\\p{N}])" + Pattern.quote(name) + "(?![\\p{L}\\p{N}])")
                .matcher(words)
                .find();
    }

    @Override
    public List<String> files() {
        return List.of();
    }
}
