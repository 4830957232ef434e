package dev.finexl.explain;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.finexl.explain.ExplainRequest.EmbeddingChoice;
import dev.finexl.explain.ExplainRequest.LoraChoice;
import dev.finexl.generate.lora.LoraMetadata;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One personalised model among several of the same base: what of a request differs from one to the other.
 *
 * @param name what it is called in the answer; null for the names of its files
 * @param personalized reference of the model, where it is a whole model; null for the base itself
 * @param loras LoRAs that make it
 * @param embeddings textual inversions of it
 * @param trigger words that its prompts get in front; null for those of the request, or that the LoRAs' files name
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PersonalizedModel(
        @Size(min = 1, max = MAX_NAME) String name,
        @Size(min = 1, max = ExplainRequest.MAX_REFERENCE) String personalized,
        @Size(max = 16) List<@NotNull @Valid LoraChoice> loras,
        @Size(max = 16) List<@NotNull @Valid EmbeddingChoice> embeddings,
        @Size(max = LoraMetadata.LONGEST) String trigger) {

    private static final int MAX_NAME = 100;

    public PersonalizedModel {
        loras = loras == null ? List.of() : loras;
        embeddings = embeddings == null ? List.of() : embeddings;
    }

    /** The request to explain this model. */
    public ExplainRequest of(ExplainRequest common) {
        return common.toBuilder()
                .personalized(personalized)
                .loras(loras)
                .embeddings(embeddings)
                .trigger(trigger == null ? common.trigger() : trigger)
                .build();
    }

    /** The model's name, or else one that tells what it is made of, e.g. {@code vivid:0.5 + pixelated}. */
    public String label() {
        if (name != null) {
            return name;
        }
        Stream<String> models = Stream.of(
                        Stream.ofNullable(personalized).map(PersonalizedModel::fileName),
                        loras.stream()
                                .map(lora -> fileName(lora.model())
                                        + (lora.weight() == 1 ? "" : ":" + number(lora.weight()))),
                        embeddings.stream().map(embedding -> fileName(embedding.model())))
                .flatMap(names -> names);
        String label = models.collect(Collectors.joining(" + "));
        return label.isEmpty() ? "base" : label.substring(0, label.offsetByCodePoints(0, bounded(label)));
    }

    private static int bounded(String text) {
        return Math.min(MAX_NAME, text.codePointCount(0, text.length()));
    }

    private static String number(double weight) {
        return weight == Math.rint(weight) ? String.valueOf(Math.round(weight)) : String.valueOf(weight);
    }

    /** The last part of a reference; of a file that has a name like all others of its kind, that of its folder. */
    private static String fileName(String reference) {
        String[] parts =
                reference.replaceAll("[?#].*", "").replaceAll("/+$", "").split("/");
        String last = parts[parts.length - 1].replaceAll("^classpath:|[.]safetensors$", "");
        boolean usual = last.equals("pytorch_lora_weights") && parts.length > 1;
        return usual ? parts[parts.length - 2] : last;
    }
}
