package dev.finexl.serve.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.explain.ExplainRequestBuilder;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.store.ModelJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of all commands that sample pictures: what to draw and how, and what to measure of it. */
final class SamplingOptions {

    @Mixin
    ConceptOptions measuring = new ConceptOptions();

    @Option(names = "--prompt", paramLabel = "TEXT", description = "one prompt; may be repeated")
    List<String> prompt = List.of();

    @Option(names = "--negative", paramLabel = "TEXT", description = "negative prompt")
    String negative;

    @Option(names = "--guidance", paramLabel = "X", description = "guidance scale")
    Double guidance;

    @Option(
            names = "--scheduler",
            paramLabel = "NAME|FILE",
            description = "noise scheduler: a name or a scheduler_config.json")
    String scheduler;

    @Option(names = "--steps", paramLabel = "N", description = "inference steps")
    Integer steps;

    @Option(names = "--height", paramLabel = "PIXELS", description = "height of the pictures")
    Integer height;

    @Option(names = "--width", paramLabel = "PIXELS", description = "width of the pictures")
    Integer width;

    @Option(names = "--images", paramLabel = "N", description = "pictures on each side; default: one for each prompt")
    Integer images;

    @Option(names = "--seed", paramLabel = "N", description = "seed of the first picture, the next is one more")
    Long seed;

    @Option(names = "--method", paramLabel = "NAME", description = "decomposition of the change into concepts")
    String method;

    @Option(names = "--confidence", paramLabel = "X", description = "level of intervals and tests; default: 0.95")
    Double confidence;

    @Option(
            names = "--head",
            paramLabel = "HEAD",
            description = "aspect head to measure, an id of `models` or a directory; may be repeated;"
                    + " default: those of the base and its encoder")
    List<String> heads;

    @Option(names = "--no-heads", description = "measure no aspect head")
    boolean noHeads;

    /**
     * A request that has what these options say.
     *
     * @throws InvalidRequestException if a file that they name cannot be read or is not what it should be
     */
    ExplainRequestBuilder request() {
        boolean schedulerFile = scheduler != null && ConceptOptions.looksLikeFile(scheduler);
        if (measuring.prompts != null && !prompt.isEmpty()) {
            throw new InvalidRequestException("--prompt", "--prompt and --prompts exclude each other");
        }
        if (noHeads && heads != null) {
            throw new InvalidRequestException("--no-heads", "--head and --no-heads exclude each other");
        }
        ExplainRequestBuilder request = measuring.request();
        if (!prompt.isEmpty()) {
            request.prompts(prompt);
        }
        return request.negativePrompt(negative)
                .guidanceScale(guidance)
                .scheduler(schedulerFile ? null : scheduler)
                .schedulerConfig(schedulerFile ? readScheduler() : null)
                .steps(steps)
                .height(height)
                .width(width)
                .images(images)
                .seed(seed)
                .method(method)
                .confidence(confidence)
                .heads(noHeads ? List.of() : heads);
    }

    /** The models that the options name. */
    Stream<String> named() {
        return Stream.concat(Stream.of(measuring.encoder), heads == null ? Stream.empty() : heads.stream())
                .filter(Objects::nonNull);
    }

    private JsonNode readScheduler() {
        try {
            return ModelJson.MAPPER.readTree(readText("--scheduler", scheduler));
        } catch (JsonProcessingException e) {
            throw new InvalidRequestException(
                    "--scheduler", "%s is not JSON: %s".formatted(scheduler, e.getOriginalMessage()));
        }
    }

    private static String readText(String option, String file) {
        final int limit = 8 << 20;
        try {
            Path path = Path.of(file);
            if (Files.size(path) > limit) {
                throw new InvalidRequestException(
                        option, "%s is larger than the %d bytes accepted here".formatted(file, limit));
            }
            return Files.readString(path);
        } catch (IOException e) {
            throw new InvalidRequestException(option, "%s cannot be read as UTF-8 text: %s".formatted(file, e));
        }
    }
}
