package dev.finexl.explain;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * What an explanation was made from: enough to make the same one again.
 *
 * @param models the models in the roles {@code base}, {@code personalized}, {@code lora}, {@code embedding}, {@code encoder}, {@code head}
 * @param sampler how the pictures were sampled; null for pictures that were given
 * @param prompts the prompts that the pictures and the concept directions share
 * @param vocabulary the concepts that were looked for
 * @param conceptsOnPictures how many concepts' directions come from the base's pictures as well as from the text encoder
 * @param trigger words that prompts had besides; null if there were none
 * @param proposals further concepts that were looked for; null if no proposer was asked
 * @param seed of the first picture; picture {@code j} has {@code seed + j}
 * @param pairing what makes pairs of the pictures; {@code none} if they were compared as independent samples
 * @param images pictures on each side; of independent samples those of the smaller
 * @param provider the execution provider in use, {@code cpu} or {@code cuda:N}
 * @param versions of the program and what it computes with
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Provenance(
        List<Model> models,
        Sampler sampler,
        Source prompts,
        Source vocabulary,
        int conceptsOnPictures,
        Trigger trigger,
        Proposals proposals,
        Long seed,
        Pairing pairing,
        int images,
        String provider,
        Map<String, String> versions) {

    /**
     * A model that took part.
     *
     * @param role what it did
     * @param reference what it was asked for as
     * @param weight of a LoRA, else null
     * @param files name to SHA-256 of each of its files that was used
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Model(String role, String reference, Double weight, Map<String, String> files) {}

    /**
     * How the pictures were sampled.
     *
     * @param scheduler class and configuration of the noise scheduler; absent, as its steps are, where there is none
     * @param guidanceScale absent where the model knows no guidance
     * @param negativePrompt null where the model has something else for none than an empty one
     * @param evaluations evaluations of the denoiser, or of the decoder that writes tokens, for one picture
     */
    public record Sampler(
            @JsonInclude(JsonInclude.Include.NON_NULL) JsonNode scheduler,
            @JsonInclude(JsonInclude.Include.NON_NULL) Integer steps,
            @JsonInclude(JsonInclude.Include.NON_NULL) Double guidanceScale,
            String negativePrompt,
            int height,
            int width,
            int evaluations) {}

    /**
     * A list of words that took part.
     *
     * @param name of the shipped list, or {@code request}
     * @param count of its entries
     * @param sha256 of its entries
     */
    public record Source(String name, int count, String sha256) {}

    /**
     * Words in front of the prompts.
     *
     * @param words as they were said
     * @param sides whose prompts had them: {@code personalized} or {@code both}
     * @param source who named them: {@code request}, or {@code metadata} of the LoRAs' files
     */
    public record Trigger(String words, String sides, String source) {}

    /**
     * What a proposer added to the vocabulary.
     *
     * @param model that proposed
     * @param concepts that were added, in its order; asked for as concepts of a request they give the same directions
     */
    public record Proposals(String model, List<Proposal> concepts) {}

    /**
     * A concept that was proposed.
     *
     * @param name the word for it
     * @param category e.g. {@code palette}
     */
    public record Proposal(String name, String category) {}
}
