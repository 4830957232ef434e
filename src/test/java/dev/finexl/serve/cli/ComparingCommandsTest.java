package dev.finexl.serve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.choose.Chooser;
import dev.finexl.choose.Indexing;
import dev.finexl.choose.ModelIndex;
import dev.finexl.explain.Answers;
import dev.finexl.explain.BatchSize;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.OpenModels;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.store.CacheDirectory;
import dev.finexl.store.Catalogue;
import dev.finexl.store.ModelJson;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands {@code compare} and {@code select} as a user has them: what they print and write, and how they exit. */
class ComparingCommandsTest {

    private static final OpenModels MODELS = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));
    private static final Validator VALIDATOR =
            Validation.buildDefaultValidatorFactory().getValidator();

    @TempDir
    static Path shared;

    @TempDir
    private Path folder;

    private record Run(int exit, List<String> out, String err) {}

    @AfterAll
    static void close() {
        MODELS.close();
    }

    private static Explainer explainer(ModelIndex index) {
        return new Explainer(new Catalogue(List.of()), null, MODELS, BatchSize.fixed(8), "test", null)
                .remembering(new Answers(new CacheDirectory(shared.resolve("answers"), 1 << 26), null, 0))
                .telling(new Indexing(index));
    }

    private static Run run(Object command, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = new CommandLine(command)
                .setExecutionExceptionHandler(new Failures())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Run(exit, out.toString().lines().toList(), err.toString());
    }

    private Run compare(String... arguments) {
        ModelIndex index = new ModelIndex(folder.resolve("index"));
        return run(new CompareCommand(explainer(index), VALIDATOR, ModelJson.MAPPER), arguments);
    }

    private Run select(String... arguments) {
        ModelIndex index = new ModelIndex(folder.resolve("index"));
        Explainer explainer = explainer(index);
        return run(
                new SelectCommand(explainer, new Chooser(explainer, Optional.of(index)), VALIDATOR, ModelJson.MAPPER),
                arguments);
    }

    @Test
    void comparesInATableAndInFiles() throws Exception {
        Path json = folder.resolve("comparison.json");
        Path report = folder.resolve("comparison.html");
        Run run = compare(
                "--base",
                "mini-diffusion",
                "--model",
                "vivid",
                "--model",
                "pixelated:0.8",
                "--images",
                "16",
                "--json",
                json.toString(),
                "--report",
                report.toString());

        assertThat(run.exit()).isZero();
        assertThat(run.out().getFirst()).contains("more vivid in colour than those of “pixelated:0.8”");
        assertThat(run.out()).anySatisfy(line -> assertThat(line).matches(" +vivid +pixelated:0\\.8"));
        assertThat(run.out()).anySatisfy(line -> assertThat(line).matches(" +vivid +0\\.\\d\\d \\[.*] +–"));
        assertThat(run.out()).anySatisfy(line -> assertThat(line).contains("vivid over pixelated:0.8", "p = "));
        JsonNode written = ModelJson.MAPPER.readTree(json.toFile());
        assertThat(written.get("models").get(1).get("name").asText()).isEqualTo("pixelated:0.8");
        assertThat(Files.readString(report)).contains("<svg", "pixelated:0.8");
    }

    @Test
    void refusesWhatCannotBeCompared() {
        assertThat(compare("--base", "mini-diffusion").err()).contains("--model");
        Run one = compare("--base", "mini-diffusion", "--model", "vivid");
        assertThat(one.exit()).isEqualTo(2);
        assertThat(one.err()).contains("models", "between 2 and 8");
        Run unknown = compare("--base", "mini-diffusion", "--model", "vivid", "--model", "nothing");
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.err()).contains("--model: ", "nothing");
        Run whole = compare("--base", "mini-diffusion", "--model", "vivid", "--model", "mini-gan:0.5");
        assertThat(whole.exit()).isEqualTo(2);
        assertThat(whole.err()).contains("only a LoRA has a weight");
    }

    @Test
    void choosesAmongNamedModelsAndThenAmongAllThatWereExplained() {
        Run named = select(
                "--wish",
                "pixel art, slightly warm, frobnicated",
                "--base",
                "mini-diffusion",
                "--images",
                "16",
                "--models",
                "vivid,pixelated");
        assertThat(named.exit()).isZero();
        assertThat(named.out())
                .startsWith("Wish: pixelated, slightly warm", "Not understood, and ignored: frobnicated", "");
        assertThat(named.out().get(3)).matches(" +1 +0\\.\\d\\d +pixelated +pixelated .* as wished; warm is missing.*");
        assertThat(named.out()).last().isEqualTo("Chosen among 2 models, 2 of them explained now.");

        Run all = select("--wish", "not pixelated");
        assertThat(all.out().get(2)).contains("vivid", "not pixelated, as wished");
        assertThat(all.out()).last().isEqualTo("Chosen among 2 models, 0 of them explained now.");

        Run like = select("--like", "vivid", "--json", "-");
        assertThat(like.exit()).isZero();
        assertThat(String.join("\n", like.out())).contains("\"name\" : \"pixelated\"");
    }

    @Test
    void refusesWhatCannotBeChosen() {
        assertThat(select("--wish", "vivid").exit()).isEqualTo(2);
        assertThat(select("--like", "nothing").err()).contains("the index has none");
        assertThat(select().err()).contains("wish", "either 'wish' or 'like'");
        assertThat(select("--wish", "x".repeat(501)).err()).contains("wish", "500");
        assertThat(select("--wish", "vivid", "--models", "vivid").err()).contains("base");
    }
}
