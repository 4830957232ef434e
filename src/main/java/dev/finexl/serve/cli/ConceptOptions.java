package dev.finexl.serve.cli;

import dev.finexl.concept.ConceptInputException;
import dev.finexl.concept.PromptSet;
import dev.finexl.concept.VocabularyReader;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.ExplainRequest.ConceptInput;
import dev.finexl.explain.ExplainRequestBuilder;
import dev.finexl.explain.InvalidRequestException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The options of all commands that measure concepts: by which encoder, with which prompts, and which concepts. */
final class ConceptOptions {

    @Option(names = "--encoder", paramLabel = "MODEL", description = "CLIP encoder; default: the one of the base")
    String encoder;

    @Option(names = "--prompts", paramLabel = "FILE|NAME", description = "prompts, one a line, or a set that ships")
    String prompts;

    @Option(
            names = "--concepts",
            paramLabel = "FILE|NAME",
            description = "concepts to look for: a file, or a vocabulary that ships")
    private String concepts;

    /**
     * A request that has what these options say.
     *
     * @throws InvalidRequestException if a file that they name cannot be read or is not what it should be
     */
    ExplainRequestBuilder request() {
        boolean promptFile = prompts != null && looksLikeFile(prompts);
        boolean conceptFile = concepts != null && looksLikeFile(concepts);
        return ExplainRequest.builder()
                .encoder(encoder)
                .prompts(promptFile ? readPrompts() : null)
                .promptSet(promptFile ? null : prompts)
                .vocabulary(conceptFile ? null : concepts)
                .concepts(conceptFile ? readConcepts() : null);
    }

    /** Whether an option that takes a name or a file names a file. */
    static boolean looksLikeFile(String text) {
        return text.indexOf('/') >= 0 || text.indexOf('.') >= 0 || Files.exists(Path.of(text));
    }

    private List<String> readPrompts() {
        return read("--prompts", () -> PromptSet.read(Path.of(prompts))).prompts();
    }

    private List<ConceptInput> readConcepts() {
        return read("--concepts", () -> VocabularyReader.read(Path.of(concepts))).concepts().stream()
                .map(concept -> new ConceptInput(
                        concept.name(),
                        concept.category().label(),
                        concept.wordings().subList(1, concept.wordings().size()),
                        concept.phrase().template()))
                .toList();
    }

    private static <T> T read(String option, Supplier<T> reader) {
        try {
            return reader.get();
        } catch (ConceptInputException e) {
            throw new InvalidRequestException(option, e);
        }
    }
}
