package dev.finexl.explain;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.explain.ExplainRequest.ConceptInput;
import dev.finexl.explain.ExplainRequest.EmbeddingChoice;
import dev.finexl.explain.ExplainRequest.LoraChoice;
import dev.finexl.explain.ExplainRequest.PolicyRule;
import java.math.BigDecimal;
import java.util.List;

/**
 * Makes an {@link ExplainRequest} field by field. Exists because a request has many fields and nearly all of them have
 * defaults. What is not set, or set to null, has its default; what fields mean is said there.
 */
public final class ExplainRequestBuilder {

    private String base;
    private String personalized;
    private List<LoraChoice> loras;
    private String baseImages;
    private String personalizedImages;
    private String encoder;
    private List<String> prompts;
    private String promptSet;
    private String negativePrompt;
    private Double guidanceScale;
    private String scheduler;
    private JsonNode schedulerConfig;
    private Integer steps;
    private Integer height;
    private Integer width;
    private Integer images;
    private Long seed;
    private String method;
    private String vocabulary;
    private List<ConceptInput> concepts;
    private List<String> heads;
    private List<PolicyRule> policy;
    private Boolean propose;
    private Double confidence;
    private Boolean sequential;
    private Double precision;
    private Boolean calibrate;
    private String trigger;
    private Boolean triggerBoth;
    private List<EmbeddingChoice> embeddings;
    private String pairing;
    private Boolean pictures;
    private BigDecimal maxCost;

    ExplainRequestBuilder() {}

    public ExplainRequestBuilder base(String value) {
        base = value;
        return this;
    }

    public ExplainRequestBuilder personalized(String value) {
        personalized = value;
        return this;
    }

    public ExplainRequestBuilder loras(List<LoraChoice> value) {
        loras = value;
        return this;
    }

    public ExplainRequestBuilder baseImages(String value) {
        baseImages = value;
        return this;
    }

    public ExplainRequestBuilder personalizedImages(String value) {
        personalizedImages = value;
        return this;
    }

    public ExplainRequestBuilder encoder(String value) {
        encoder = value;
        return this;
    }

    public ExplainRequestBuilder prompts(List<String> value) {
        prompts = value;
        return this;
    }

    public ExplainRequestBuilder promptSet(String value) {
        promptSet = value;
        return this;
    }

    public ExplainRequestBuilder negativePrompt(String value) {
        negativePrompt = value;
        return this;
    }

    public ExplainRequestBuilder guidanceScale(Double value) {
        guidanceScale = value;
        return this;
    }

    public ExplainRequestBuilder scheduler(String value) {
        scheduler = value;
        return this;
    }

    public ExplainRequestBuilder schedulerConfig(JsonNode value) {
        schedulerConfig = value;
        return this;
    }

    public ExplainRequestBuilder steps(Integer value) {
        steps = value;
        return this;
    }

    public ExplainRequestBuilder height(Integer value) {
        height = value;
        return this;
    }

    public ExplainRequestBuilder width(Integer value) {
        width = value;
        return this;
    }

    public ExplainRequestBuilder images(Integer value) {
        images = value;
        return this;
    }

    public ExplainRequestBuilder seed(Long value) {
        seed = value;
        return this;
    }

    public ExplainRequestBuilder method(String value) {
        method = value;
        return this;
    }

    public ExplainRequestBuilder vocabulary(String value) {
        vocabulary = value;
        return this;
    }

    public ExplainRequestBuilder concepts(List<ConceptInput> value) {
        concepts = value;
        return this;
    }

    public ExplainRequestBuilder heads(List<String> value) {
        heads = value;
        return this;
    }

    public ExplainRequestBuilder policy(List<PolicyRule> value) {
        policy = value;
        return this;
    }

    public ExplainRequestBuilder propose(Boolean value) {
        propose = value;
        return this;
    }

    public ExplainRequestBuilder confidence(Double value) {
        confidence = value;
        return this;
    }

    public ExplainRequestBuilder sequential(Boolean value) {
        sequential = value;
        return this;
    }

    public ExplainRequestBuilder precision(Double value) {
        precision = value;
        return this;
    }

    public ExplainRequestBuilder calibrate(Boolean value) {
        calibrate = value;
        return this;
    }

    public ExplainRequestBuilder trigger(String value) {
        trigger = value;
        return this;
    }

    public ExplainRequestBuilder triggerBoth(Boolean value) {
        triggerBoth = value;
        return this;
    }

    public ExplainRequestBuilder embeddings(List<EmbeddingChoice> value) {
        embeddings = value;
        return this;
    }

    public ExplainRequestBuilder pairing(String value) {
        pairing = value;
        return this;
    }

    public ExplainRequestBuilder pictures(Boolean value) {
        pictures = value;
        return this;
    }

    public ExplainRequestBuilder maxCost(BigDecimal value) {
        maxCost = value;
        return this;
    }

    /** The request; it is not validated. */
    public ExplainRequest build() {
        return new ExplainRequest(
                base,
                personalized,
                loras,
                baseImages,
                personalizedImages,
                encoder,
                prompts,
                promptSet,
                negativePrompt,
                guidanceScale,
                scheduler,
                schedulerConfig,
                steps,
                height,
                width,
                images,
                seed,
                method,
                vocabulary,
                concepts,
                heads,
                policy,
                propose,
                confidence,
                sequential,
                precision,
                calibrate,
                trigger,
                triggerBoth,
                embeddings,
                pairing,
                pictures,
                maxCost);
    }
}
