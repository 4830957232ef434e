package dev.finexl.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.explain.PersonalizedModel;
import dev.finexl.store.ModelJson;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which personalised models are to be compared, and how.
 *
 * @param request what they have in common: the base, and how pictures are sampled and measured. It names no personalised
 *     model and no pictures, and has no policy, proposals, limit of its cost or rule for stopping early: all models have equally many pictures.
 * @param models {@value #FEWEST} to {@value #MOST} personalised models of that base
 */
public record CompareRequest(
        @NotNull @Valid ExplainRequest request,
        @NotNull @Size(min = FEWEST, max = MOST) List<@NotNull @Valid PersonalizedModel> models) {

    /** The fewest models that can be compared. */
    public static final int FEWEST = 2;

    /** The most models that can be compared at once. */
    public static final int MOST = 8;

    /**
     * Reads a request.
     *
     * @throws InvalidRequestException if it is none
     */
    public static CompareRequest parse(String json) {
        try {
            return ModelJson.MAPPER.readValue(json, CompareRequest.class);
        } catch (JsonProcessingException e) {
            throw new InvalidRequestException("body", "is not a request: " + e.getOriginalMessage());
        }
    }

    /** @throws InvalidRequestException if the common part says what it must not say */
    void requireCommon() {
        Map<String, Boolean> said = new LinkedHashMap<>();
        said.put("personalized", request.personalized() != null);
        said.put("loras", !request.loras().isEmpty());
        said.put("embeddings", !request.embeddings().isEmpty());
        said.put("baseImages", request.baseImages() != null);
        said.put("personalizedImages", request.personalizedImages() != null);
        said.put("pairing", request.pairing() != null);
        said.put("policy", !request.policy().isEmpty());
        said.put("propose", Boolean.TRUE.equals(request.propose()));
        said.put("sequential", Boolean.TRUE.equals(request.sequential()));
        said.put("precision", request.precision() != null);
        said.put("maxCost", request.maxCost() != null);
        said.put("calibrate", Boolean.TRUE.equals(request.calibrate()));
        said.forEach((field, there) -> {
            if (there) {
                throw new InvalidRequestException(
                        "request." + field,
                        "is not for what compared models have in common; expected a 'base' and how to sample, and the"
                                + " personalized models in 'models'");
            }
        });
    }

    /** The request to explain one of the models, with as many pictures as the others. */
    ExplainRequest of(int model) {
        return models.get(model).of(request).toBuilder().sequential(false).build();
    }

    /** The same fault of a model's request in the fields of this one. */
    InvalidRequestException named(InvalidRequestException fault, int model) {
        boolean own = fault.field().matches("(loras|embeddings|personalized)\\b.*")
                || fault.field().startsWith("trigger") && models.get(model).trigger() != null;
        String field = own ? "models[%d].%s".formatted(model, fault.field()) : "request." + fault.field();
        InvalidRequestException named = new InvalidRequestException(field, fault.getMessage());
        named.initCause(fault);
        return named;
    }
}
