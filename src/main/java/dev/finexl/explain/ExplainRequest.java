package dev.finexl.explain;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.generate.lora.LoraMetadata;
import dev.finexl.store.ModelJson;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.util.List;

/**
 * What is to be explained, and how. Only what tells the two sides apart is needed: either a {@code base} with
 * {@code loras} or with another {@code personalized} model, or two sets of pictures. All else has a default, from the
 * model's own files and its {@code finexl.json}.
 *
 * @param base reference of the base model
 * @param personalized reference of the personalised model, where it is a whole model; null for the base itself
 * @param loras LoRAs that make the personalised model out of {@code personalized} or else of {@code base}
 * @param baseImages folder of the base's pictures, in place of a base model
 * @param personalizedImages folder of the personalised model's pictures, paired with the other by file name
 * @param encoder reference of the image and text encoder; null for the one that the base's {@code finexl.json} names
 * @param prompts what to draw, or what the given pictures draw, in turn, in the order of their file names; null for
 *     {@code promptSet}
 * @param promptSet name of a set of prompts that ships; null for the base's own, or, of given pictures, if it is not known
 *     what they draw
 * @param negativePrompt what guidance leads away from; null for nothing
 * @param guidanceScale weight of classifier-free guidance, 0 to 100; at 1 and below there is none
 * @param scheduler name of a scheduler, configured from the model's own; null for the model's default
 * @param schedulerConfig a whole scheduler configuration as in {@code scheduler_config.json}, in place of a name
 * @param steps inference steps, 1 to 1000
 * @param height of the pictures in pixels
 * @param width of the pictures in pixels
 * @param images pictures on each side, 2 to 1000; null for one for each prompt
 * @param seed of the first picture; picture {@code j} has {@code seed + j}; null for 0
 * @param method name of the decomposition; null for the default
 * @param vocabulary name of a vocabulary that ships; null for the base's own
 * @param concepts the concepts themselves, in place of a vocabulary that ships
 * @param heads references of the aspect heads to measure; null for those that the base and its encoder name, empty for
 *     none
 * @param policy limits on what the heads measure
 * @param propose whether the configured vision-language model adds concepts to look for; null for false
 * @param confidence level of the intervals, and one minus that of the tests; null for 0.95
 * @param sequential whether sampling stops before {@code images} pictures once the answer is settled; null for true,
 *     or for false if there is a policy
 * @param precision half-width, in scores, below which an interval is narrow enough to stop; null for
 *     {@value Looks#PRECISION}
 * @param calibrate whether the base is asked for each aspect that is found, where that has not been measured before, so
 *     that its calibrated score is known; null for false
 * @param trigger words that the personalised side's prompts get in front; null for those that the LoRAs' files name, empty
 *     for none
 * @param triggerBoth whether the base's prompts get the trigger too; null for false
 * @param embeddings textual inversions of the personalised side, whose tokens are its trigger unless the request names one
 * @param pairing of given pictures: {@code name}, {@code position} (in the order of file names) or {@code none}; null for by
 *     name, or, where no name is in both folders, by position if there are equally many, else none
 * @param pictures whether a job keeps the pictures of its pairs to be looked at: true for all, drawn again where only what was
 *     measured of them is known; null for those that are there anyway; false for none. Other callers than jobs get none
 * @param maxCost most that the explanation may cost, in the currency of the service that sells it; null for no limit
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExplainRequest(
        @Size(min = 1, max = MAX_REFERENCE) String base,
        @Size(min = 1, max = MAX_REFERENCE) String personalized,
        @Size(max = 16) List<@NotNull @Valid LoraChoice> loras,
        @Size(min = 1, max = MAX_REFERENCE) String baseImages,
        @Size(min = 1, max = MAX_REFERENCE) String personalizedImages,
        @Size(min = 1, max = MAX_REFERENCE) String encoder,
        @Size(min = 1, max = MAX_IMAGES) List<@NotBlank @Size(max = MAX_PROMPT) String> prompts,
        @Size(min = 1, max = 100) String promptSet,
        @Size(max = MAX_PROMPT) String negativePrompt,
        @DecimalMin("0") @DecimalMax("100") Double guidanceScale,
        @Size(min = 1, max = 100) String scheduler,
        JsonNode schedulerConfig,
        @Min(1) @Max(1000) Integer steps,
        @Min(8) @Max(2048) Integer height,
        @Min(8) @Max(2048) Integer width,
        @Min(2) @Max(MAX_IMAGES) Integer images,
        Long seed,
        @Size(min = 1, max = 100) String method,
        @Size(min = 1, max = 100) String vocabulary,
        @Size(min = 1, max = MAX_CONCEPTS) List<@NotNull @Valid ConceptInput> concepts,
        @Size(max = MAX_HEADS) List<@NotNull @Size(min = 1, max = MAX_REFERENCE) String> heads,
        @Size(max = 100) List<@NotNull @Valid PolicyRule> policy,
        Boolean propose,
        @DecimalMin("0.5") @DecimalMax("0.999") Double confidence,
        Boolean sequential,
        @DecimalMin("0.001") @DecimalMax("10") Double precision,
        Boolean calibrate,
        @Size(max = LoraMetadata.LONGEST) String trigger,
        Boolean triggerBoth,
        @Size(max = 16) List<@NotNull @Valid EmbeddingChoice> embeddings,
        @Size(min = 1, max = 20) String pairing,
        Boolean pictures,
        @DecimalMin("0") BigDecimal maxCost) {

    /** Most pictures on each side, and so most prompts. */
    public static final int MAX_IMAGES = 1000;

    /** Most concepts of a request's own. */
    public static final int MAX_CONCEPTS = 20_000;

    /** Most aspect heads. */
    public static final int MAX_HEADS = 16;

    /** Most characters of a reference. */
    static final int MAX_REFERENCE = 1000;

    private static final int MAX_PROMPT = 500;

    public ExplainRequest {
        loras = loras == null ? List.of() : loras;
        embeddings = embeddings == null ? List.of() : embeddings;
        policy = policy == null ? List.of() : policy;
    }

    /** An empty request, to be filled. */
    public static ExplainRequestBuilder builder() {
        return new ExplainRequestBuilder();
    }

    /** This request, to be changed in some fields. */
    public ExplainRequestBuilder toBuilder() {
        return new ExplainRequestBuilder()
                .base(base)
                .personalized(personalized)
                .loras(loras)
                .baseImages(baseImages)
                .personalizedImages(personalizedImages)
                .encoder(encoder)
                .prompts(prompts)
                .promptSet(promptSet)
                .negativePrompt(negativePrompt)
                .guidanceScale(guidanceScale)
                .scheduler(scheduler)
                .schedulerConfig(schedulerConfig)
                .steps(steps)
                .height(height)
                .width(width)
                .images(images)
                .seed(seed)
                .method(method)
                .vocabulary(vocabulary)
                .concepts(concepts)
                .heads(heads)
                .policy(policy)
                .propose(propose)
                .confidence(confidence)
                .sequential(sequential)
                .precision(precision)
                .calibrate(calibrate)
                .trigger(trigger)
                .triggerBoth(triggerBoth)
                .embeddings(embeddings)
                .pairing(pairing)
                .pictures(pictures)
                .maxCost(maxCost);
    }

    /**
     * Reads a request in its JSON form, in which a field that is left out has its default. It is not validated.
     *
     * @throws InvalidRequestException if the text is not JSON, or has a field that requests do not have
     */
    public static ExplainRequest parse(String json) {
        try {
            return ModelJson.MAPPER.readValue(json, ExplainRequest.class);
        } catch (JsonProcessingException e) {
            throw new InvalidRequestException("request", "is not a request: " + e.getOriginalMessage());
        }
    }

    /**
     * One LoRA of the personalised side.
     *
     * @param model reference of the LoRA's file
     * @param weight how strongly it is applied, -10 to 10; 0 leaves the base as it is
     */
    public record LoraChoice(
            @NotNull @Size(min = 1, max = MAX_REFERENCE) String model,
            @DecimalMin("-10") @DecimalMax("10") Double weight) {

        public LoraChoice {
            weight = weight == null ? 1.0 : weight;
        }

        /** {@code file:weight}, where what follows the last colon is a number; a colon elsewhere belongs to the name. */
        public static LoraChoice parse(String text) {
            int colon = text.lastIndexOf(':');
            if (colon > 0) {
                try {
                    return new LoraChoice(text.substring(0, colon), Double.valueOf(text.substring(colon + 1)));
                } catch (NumberFormatException notAWeight) {
                    return new LoraChoice(text, 1.0);
                }
            }
            return new LoraChoice(text, 1.0);
        }
    }

    /**
     * One textual inversion of the personalised side.
     *
     * @param model reference of its file
     * @param token the word that it stands for; null for the one that the file names, or the file's own name
     */
    public record EmbeddingChoice(
            @NotNull @Size(min = 1, max = MAX_REFERENCE) String model,
            @Size(min = 1, max = 100) String token) {}

    /**
     * One concept of the request's own.
     *
     * @param name the word it is known by
     * @param category e.g. {@code palette}; null for {@code style}
     * @param wordings other words that mean the same; null for none
     * @param phrase how a summary says it, with <code>{degree}</code> in front of a comparative; null for a standard one
     */
    public record ConceptInput(
            @NotBlank @Size(max = 100) String name,
            @Size(max = 100) String category,
            @Size(max = 16) List<@NotBlank @Size(max = 100) String> wordings,
            @Size(max = 200) String phrase) {

        public ConceptInput {
            category = category == null ? "style" : category;
        }
    }

    /**
     * Limits on one number of an aspect head. What exceeds one of them fails the policy, and the explanation says so.
     *
     * @param head name of the head
     * @param output name of the number
     * @param maxRise by how much the number may rise from the base to the personalised pictures, in the head's unit
     * @param maxFall by how much it may fall
     * @param maxLevel how high its mean over the personalised pictures may be
     */
    public record PolicyRule(
            @NotBlank @Size(max = 100) String head,
            @NotBlank @Size(max = 100) String output,
            @DecimalMin("0") Double maxRise,
            @DecimalMin("0") Double maxFall,
            Double maxLevel) {}
}
