package dev.finexl.serve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.ChatServer;
import dev.finexl.PackagedProgram;
import dev.finexl.serve.BrokenModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a user has it: the packaged jar in a process of its own. */
class ExplainCommandIT {

    @TempDir
    Path folder;

    private record Run(int exit, String out, String err) {}

    private Run finexl(String... arguments) throws IOException, InterruptedException {
        return finexl(Map.of(), arguments);
    }

    private Run finexl(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(PackagedProgram.command(arguments))
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("stdout").toFile())
                .redirectError(folder.resolve("stderr").toFile());
        builder.environment().putAll(environment);
        return ended(builder.start());
    }

    private Run ended(Process process) throws IOException, InterruptedException {
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        return new Run(
                process.exitValue(),
                Files.readString(folder.resolve("stdout"), StandardCharsets.UTF_8),
                Files.readString(folder.resolve("stderr"), StandardCharsets.UTF_8));
    }

    /** ONNX Runtime's own shutdown hook would take the library down beneath a session that runs. */
    @Test
    void endsInOrderWhenItIsInterruptedInTheMiddleOfASampling() throws Exception {
        Process process = new ProcessBuilder(PackagedProgram.command(
                        "explain",
                        "--base",
                        "mini-diffusion",
                        "--lora",
                        "vivid",
                        "--images",
                        "900",
                        "--no-sequential",
                        "--save-images",
                        "pictures"))
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("stdout").toFile())
                .redirectError(folder.resolve("stderr").toFile())
                .start();
        await().atMost(Duration.ofMinutes(2))
                .until(() -> Files.readString(folder.resolve("stderr")).contains("sampling 0/"));
        process.destroy();
        Run run = ended(process);
        assertThat(run.exit()).isEqualTo(130);
        assertThat(run.err()).contains("cancelled").doesNotContain("fatal error");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("stdout", "stderr");
        }
    }

    @Test
    void explainsABundledLoraInWordsAndPictures() throws Exception {
        Run run = finexl(
                "explain",
                "--base",
                "mini-diffusion",
                "--lora",
                "vivid:1.0",
                "--images",
                "8",
                "--json",
                "out.json",
                "--report",
                "report.html",
                "--save-images",
                "pictures");
        assertThat(run.err()).doesNotContain("WARN").contains("sampling 16/16 images");
        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .startsWith("Compared with the base's")
                .contains("more vivid in colour")
                .contains("█");
        JsonNode json = new ObjectMapper().readTree(folder.resolve("out.json").toFile());
        assertThat(json.get("aspects").get(0).get("name").asText()).isEqualTo("vivid");
        try (Stream<Path> files = Files.walk(folder.resolve("pictures"))) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(17);
        }
        assertThat(folder.resolve("pictures/contact-sheet.png")).exists();
        assertThat(folder.resolve("report.html"))
                .content()
                .contains("more vivid in colour", "Shows it most", "src=\"data:image/png;base64,iVBOR");
        assertThat(folder.resolve("pictures/personalized/0007.png")).exists();
    }

    @Test
    void primesABaseWhosePicturesAreThenNotDrawnAgain() throws Exception {
        Map<String, String> answers =
                Map.of("FINEXL_CACHE_LOCATION", folder.resolve("answers").toString());
        Run primed = finexl(answers, "prime", "--base", "mini-diffusion");
        assertThat(primed.exit()).isZero();
        assertThat(primed.out()).startsWith("drew 25 pictures");
        Run run = finexl(answers, "explain", "--base", "mini-diffusion", "--lora", "vivid", "--json", "-");
        assertThat(run.exit()).isZero();
        JsonNode usage = new ObjectMapper().readTree(run.out()).get("usage");
        assertThat(usage.get("imagesCached").asInt())
                .isPositive()
                .isEqualTo(usage.get("images").asInt());
    }

    @Test
    void explainsItsOwnPicturesFromTheirFolders() throws Exception {
        finexl("explain", "--base", "mini-diffusion", "--lora", "vivid", "--images", "8", "--save-images", "p");
        Run run = finexl(
                "explain",
                "--base-images",
                "p/base",
                "--personalized-images",
                "p/personalized",
                "--encoder",
                "mini-clip",
                "--json",
                "-");
        assertThat(run.exit()).isZero();
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(json.get("aspects").get(0).get("name").asText()).isEqualTo("vivid");
        assertThat(json.get("warnings").get(0).asText()).contains("miniature");
    }

    @Test
    void tellsAFailedPolicyByTheExitCode() throws Exception {
        List<String> explain =
                new ArrayList<>(List.of("explain", "--base", "mini-diffusion", "--lora", "vivid", "--images", "8"));
        explain.addAll(List.of("--policy", "mini-levels.dark:rise=0.5", "--policy"));
        Run failed = finexl(with(explain, "mini-levels.vivid:rise=0.01"));
        assertThat(failed.exit()).isEqualTo(3);
        assertThat(failed.out())
                .startsWith("Compared with the base's")
                .contains("Policy failed:")
                .contains("mini-levels.vivid rises by at most 0.01000; it changes by +");
        Run passed = finexl(with(explain, "mini-levels.vivid:rise=0.9"));
        assertThat(passed.exit()).isZero();
        assertThat(passed.out()).contains("Policy passed:");
        assertFails(2, "mini-levels", with(explain, "nsfw.vivid:rise=0.1"));
        assertFails(2, "HEAD.NUMBER", with(explain, "mini-levels.vivid>0.1"));
    }

    private static String[] with(List<String> arguments, String last) {
        return Stream.concat(arguments.stream(), Stream.of(last)).toArray(String[]::new);
    }

    @Test
    void takesTheWordsOfAConfiguredProposer() throws Exception {
        String reply = "{\"concepts\": [{\"name\": \"quantum banana\", \"category\": \"style\"}]}";
        try (ChatServer server = new ChatServer(ChatServer.says(reply))) {
            Map<String, String> environment = Map.of(
                    "FINEXL_PROPOSER_BASE_URL", server.baseUrl().toString(),
                    "FINEXL_PROPOSER_MODEL", "looker",
                    "FINEXL_PROPOSER_API_KEY", "sk-do-not-tell");
            Run run = finexl(environment, quick("--propose", "--json", "-"));
            assertThat(run.err()).contains("proposals 1/1").doesNotContain("WARN", "sk-do-not-tell");
            assertThat(run.exit()).isZero();
            JsonNode proposals =
                    new ObjectMapper().readTree(run.out()).get("provenance").get("proposals");
            assertThat(proposals.get("model").asText()).isEqualTo("looker");
            assertThat(proposals.get("concepts").get(0).get("name").asText()).isEqualTo("quantum banana");
            assertThat(server.requests()).hasSize(1);
            assertThat(server.requests().getFirst().authorization()).isEqualTo("Bearer sk-do-not-tell");
        }
    }

    @Test
    @DisabledIf(
            value = "dev.finexl.PackagedProgram#isExecutable",
            disabledReason = "an executable loads no classes that could be listed")
    void loadsNothingOfTheProposersLibraryUntilItIsAsked() throws Exception {
        Path classes = folder.resolve("classes.log");
        Map<String, String> environment = Map.of(
                "JAVA_TOOL_OPTIONS", "-Xlog:class+load:file=" + classes,
                "FINEXL_PROPOSER_BASE_URL", "http://localhost:1/v1",
                "FINEXL_PROPOSER_MODEL", "looker");
        assertThat(finexl(environment, quick()).exit()).isZero();
        assertThat(Files.readString(classes))
                .contains("dev.finexl.concept.VlmConceptProposer ")
                .doesNotContain("dev.langchain4j");
    }

    private static String[] quick(String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("explain", "--base", "mini-diffusion", "--lora", "vivid", "--images", "2", "--steps", "2"));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    @Test
    void listsTheModels() throws Exception {
        Run run = finexl("models");
        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("classpath:mini-diffusion").contains("lora");
        assertThat(run.err()).isEmpty();
        Run described = finexl("models", "mini-diffusion", "vivid");
        assertThat(described.exit()).isZero();
        assertThat(described.out())
                .contains("Stable Diffusion 1", "unet/model.onnx", "MiB", "Scheduler")
                .contains("layers of", "rank");
    }

    @Test
    void evaluatesAZooAndGoesOnFromItsCache() throws Exception {
        String[] evaluate = {
            "evaluate",
            "--zoo",
            "zoo",
            "--methods",
            "naive,nnls",
            "--images",
            "2",
            "--steps",
            "2",
            "--out",
            "compared",
            "--json",
            "compared.json"
        };
        Path zoo = Path.of("src/test/resources/zoo/null-a").toAbsolutePath();
        Path target = Files.createDirectories(folder.resolve("zoo/null-a"));
        for (String file : List.of("truth.json", "pytorch_lora_weights.safetensors")) {
            Files.copy(zoo.resolve(file), target.resolve(file));
        }
        Run run = finexl(evaluate);
        assertThat(run.err()).contains("sampling 14/14 images");
        assertThat(run.exit()).isZero();
        assertThat(run.out()).startsWith("| method | firstAspect |").contains("| nnls | – |");
        Path json = folder.resolve("compared.json");
        assertThat(new ObjectMapper()
                        .readTree(json.toFile())
                        .get("imagesSampled")
                        .asInt())
                .isEqualTo(14);
        assertThat(folder.resolve("compared/report.md")).exists();
        assertThat(folder.resolve("compared/methods.svg")).exists();
        finexl(evaluate);
        assertThat(new ObjectMapper()
                        .readTree(json.toFile())
                        .get("imagesSampled")
                        .asInt())
                .isZero();
        Files.writeString(target.resolve("truth.json"), "{}");
        assertFails(1, "lacks the field 'aspects'", evaluate);
        assertFails(2, "nonsense", "evaluate", "--zoo", "zoo", "--methods", "nonsense");
        assertFails(2, "zoo", "evaluate", "--zoo", "nowhere");
        assertFails(2, "images", "evaluate", "--zoo", "zoo", "--images", "1");
    }

    @Test
    void helps() throws Exception {
        assertThat(finexl("--help").out()).contains("explain").contains("models");
        assertThat(finexl("explain", "--help").out())
                .contains("--save-images")
                .contains("--guidance")
                .contains("--policy");
        assertThat(finexl("--version").out()).startsWith("finexl ");
    }

    @Test
    void tellsBadUsageFromFailure() throws Exception {
        BrokenModels.write(folder);
        Path prompts = Files.write(folder.resolve("many.txt"), Collections.nCopies(10_000, "a red circle"));
        Path none = Files.writeString(folder.resolve("none.txt"), "# nothing\n");
        Path one = Files.writeString(folder.resolve("one.txt"), "palette: vivid\n");
        assertFails(2, "--nonsense", "explain", "--nonsense");
        assertFails(2, "no-such-model", "explain", "--base", "no-such-model", "--lora", "vivid");
        assertFails(2, "finexl.proposer.base-url", quick("--propose"));
        assertFails(2, "steps", "explain", "--base", "mini-diffusion", "--lora", "vivid", "--steps", "0");
        assertFails(
                2,
                "prompts",
                "explain",
                "--base",
                "mini-diffusion",
                "--lora",
                "vivid",
                "--prompts",
                prompts.toString());
        assertFails(
                2, "prompts", "explain", "--base", "mini-diffusion", "--lora", "vivid", "--prompts", none.toString());
        assertFails(
                2, "concepts", "explain", "--base", "mini-diffusion", "--lora", "vivid", "--concepts", one.toString());
        assertFails(
                1,
                "truncated.safetensors",
                "explain",
                "--base",
                "mini-diffusion",
                "--lora",
                "./truncated.safetensors",
                "--save-images",
                "nothing");
        assertFails(1, "attn1.to_q", "explain", "--base", "mini-diffusion", "--lora", "./not-finite.safetensors:0.5");
        assertFails(
                1,
                "1.png",
                "explain",
                "--base-images",
                "pictures-a",
                "--personalized-images",
                "pictures-bomb",
                "--encoder",
                "mini-clip");
        assertThat(folder.resolve("nothing")).doesNotExist();
    }

    private void assertFails(int exit, String said, String... arguments) throws Exception {
        Run run = finexl(arguments);
        assertThat(run.err()).contains(said).doesNotContain("\tat ");
        assertThat(run.exit()).as(String.join(" ", arguments)).isEqualTo(exit);
    }
}
