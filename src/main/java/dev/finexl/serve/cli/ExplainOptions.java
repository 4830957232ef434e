package dev.finexl.serve.cli;

import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.ExplainRequest.EmbeddingChoice;
import dev.finexl.explain.ExplainRequest.LoraChoice;
import dev.finexl.explain.ExplainRequest.PolicyRule;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.explain.Looks;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code explain}, which say the same as the fields of {@link ExplainRequest}. */
final class ExplainOptions {

    private static final Pattern RULE = Pattern.compile(
            "(?<head>[^.]+)\\.(?<number>.+):(?<limit>rise|fall|level)=(?<x>[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?)");

    @Option(
            names = "--base",
            paramLabel = "MODEL",
            description = "base model: an id of `models`, a directory or s3://bucket/prefix")
    String base;

    @Option(
            names = "--personalized",
            paramLabel = "MODEL",
            description = "personalized model, where it is a whole model, or parts of one, such as its denoiser")
    String personalized;

    @Option(
            names = "--lora",
            paramLabel = "FILE[:WEIGHT]",
            description = "LoRA that makes the personalized model, an id of `models` or a file; may be repeated")
    List<String> loras = List.of();

    @Option(names = "--base-images", paramLabel = "DIR", description = "pictures of the base, in place of a model")
    String baseImages;

    @Option(names = "--personalized-images", paramLabel = "DIR", description = "pictures of the personalized model")
    String personalizedImages;

    @Mixin
    SamplingOptions sampling = new SamplingOptions();

    @Option(
            names = "--policy",
            paramLabel = "HEAD.NUMBER:LIMIT=X",
            description =
                    "fail (exit code 3) if the number of a head exceeds a limit: rise or fall from the base to the"
                            + " personalized pictures, or level; e.g. mini-levels.dark:rise=0.1; may be repeated")
    List<String> policy = List.of();

    @Option(names = "--propose", description = "let the configured vision-language model add concepts to look for")
    boolean propose;

    @Option(
            names = "--sequential",
            negatable = true,
            description = "stop drawing once the answer is settled; the default where there is no --policy")
    Boolean sequential;

    @Option(
            names = "--precision",
            paramLabel = "X",
            description = "stop when every interval is at most this far from its score; default: " + Looks.PRECISION)
    Double precision;

    @Option(
            names = "--calibrate",
            description = "ask the base for each aspect that is found, where that has not been measured before")
    boolean calibrate;

    @Option(
            names = "--trigger",
            paramLabel = "TEXT",
            description = "words that the personalized side's prompts get in front, \"\" for none;"
                    + " default: those that the LoRA's file names")
    String trigger;

    @Option(names = "--trigger-both", description = "let the base's prompts have the trigger too")
    boolean triggerBoth;

    @Option(
            names = "--embedding",
            paramLabel = "FILE[:TOKEN]",
            description = "textual inversion of the personalized model, and the word that it stands for;"
                    + " default: the file's own; may be repeated")
    List<String> embeddings = List.of();

    @Option(
            names = "--pairing",
            paramLabel = "HOW",
            description = "what makes pairs of given pictures: name, position or none; default: what fits")
    String pairing;

    /**
     * The request that these options are.
     *
     * @throws InvalidRequestException if a file that they name cannot be read or is not what it should be
     */
    ExplainRequest toRequest() {
        return sampling.request()
                .base(base)
                .personalized(personalized)
                .loras(loras.stream().map(LoraChoice::parse).toList())
                .baseImages(baseImages)
                .personalizedImages(personalizedImages)
                .policy(policy.stream().map(ExplainOptions::rule).toList())
                .propose(propose)
                .sequential(sequential)
                .precision(precision)
                .calibrate(calibrate)
                .trigger(trigger)
                .triggerBoth(triggerBoth ? Boolean.TRUE : null)
                .embeddings(embeddings.stream().map(ExplainOptions::embedding).toList())
                .pairing(pairing)
                .build();
    }

    /** The models and pictures that the options name: who starts the program may read what he names. */
    List<String> named() {
        return Stream.of(
                        Stream.of(base, personalized, baseImages, personalizedImages),
                        loras.stream().map(l -> LoraChoice.parse(l).model()),
                        embeddings.stream().map(e -> embedding(e).model()),
                        sampling.named())
                .flatMap(references -> references)
                .filter(Objects::nonNull)
                .toList();
    }

    /** {@code file:token}; a colon before a slash belongs to the file's name. */
    static EmbeddingChoice embedding(String text) {
        int colon = text.lastIndexOf(':');
        boolean token = colon > 0 && colon < text.length() - 1 && text.indexOf('/', colon) < 0;
        return token
                ? new EmbeddingChoice(text.substring(0, colon), text.substring(colon + 1))
                : new EmbeddingChoice(text, null);
    }

    /** {@code head.number:limit=x}; the number's own name may hold any of these signs, the head's holds no full stop. */
    static PolicyRule rule(String text) {
        Matcher parts = RULE.matcher(text);
        if (!parts.matches()) {
            throw new InvalidRequestException(
                    "--policy",
                    "--policy '%s': expected HEAD.NUMBER:rise=X, :fall=X or :level=X, e.g. mini-levels.dark:rise=0.1"
                            .formatted(text));
        }
        String head = parts.group("head");
        String number = parts.group("number");
        Double limit = Double.valueOf(parts.group("x"));
        return switch (parts.group("limit")) {
            case "rise" -> new PolicyRule(head, number, limit, null, null);
            case "fall" -> new PolicyRule(head, number, null, limit, null);
            default -> new PolicyRule(head, number, null, null, limit);
        };
    }
}
