package dev.finexl.job.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.store.ModelJson;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Makes the request of an audit out of the configured fields, the subject and its {@code audit.json}. Exists because the
 * latter is written by whoever may upload a model: it may say how its model is to be compared, and with which base of
 * those that are allowed, but not what is audited, nor what costs money elsewhere.
 */
final class AuditRequests {

    /** Most bytes of an {@code audit.json}. */
    static final int LARGEST_OVERRIDES = 1 << 20;

    /** What an {@code audit.json} may say; {@code weight} is the LoRA's. */
    private static final Set<String> ALLOWED = Set.of(
            "base",
            "encoder",
            "prompts",
            "promptSet",
            "negativePrompt",
            "guidanceScale",
            "scheduler",
            "schedulerConfig",
            "steps",
            "height",
            "width",
            "images",
            "seed",
            "method",
            "vocabulary",
            "concepts",
            "heads",
            "policy",
            "confidence",
            "sequential",
            "precision",
            "calibrate",
            "weight");

    /** One of each is enough, so the one that is said replaces the configured other. */
    private static final List<List<String>> ALTERNATIVES = List.of(
            List.of("prompts", "promptSet"),
            List.of("scheduler", "schedulerConfig"),
            List.of("vocabulary", "concepts"));

    private final ObjectNode common;
    private final Validator validator;

    /**
     * @param common the fields that audits have in common, as JSON
     * @throws IllegalArgumentException if that is not a JSON object with fields of a request
     */
    AuditRequests(String common, Validator validator) {
        this.validator = validator;
        try {
            this.common = (ObjectNode) ModelJson.MAPPER.readTree(common);
            parse(this.common);
        } catch (JsonProcessingException | ClassCastException | InvalidRequestException e) {
            throw new IllegalArgumentException(
                    "finexl.audits.request is no JSON object with fields of a request: " + e.getMessage(), e);
        }
    }

    /**
     * The request for a subject.
     *
     * @param overrides content of its {@code audit.json}; null if there is none
     * @throws InvalidRequestException that names the field, if {@code overrides} is not what it should be, or the request
     *     that it makes is out of range
     */
    ExplainRequest request(AuditSubject subject, byte[] overrides) {
        ObjectNode fields = common.deepCopy();
        JsonNode weight = null;
        if (overrides != null) {
            ObjectNode own = overrides(overrides);
            weight = own.remove("weight");
            replaceAlternatives(fields, own);
            fields.setAll(own);
        }
        switch (subject) {
            case AuditSubject.Lora lora -> {
                ArrayNode loras = fields.putArray("loras");
                ObjectNode choice = loras.addObject().put("model", lora.reference());
                if (weight != null) {
                    choice.set("weight", weight);
                }
            }
            case AuditSubject.Model model -> {
                if (weight != null) {
                    throw new InvalidRequestException("weight", "'weight' is for a LoRA, and this is a whole model");
                }
                fields.put("personalized", model.location());
            }
        }
        return request(fields);
    }

    /**
     * Any request, parsed and validated.
     *
     * @throws InvalidRequestException that names the field which is not what it should be
     */
    ExplainRequest request(ObjectNode fields) {
        ExplainRequest request = parse(fields);
        validator.validate(request).stream()
                .min(Comparator.comparing((ConstraintViolation<?> v) ->
                                v.getPropertyPath().toString())
                        .thenComparing(ConstraintViolation::getMessage))
                .ifPresent(violation -> {
                    String field = violation.getPropertyPath().toString();
                    throw new InvalidRequestException(field, "'%s' %s".formatted(field, violation.getMessage()));
                });
        return request;
    }

    private static ExplainRequest parse(ObjectNode fields) {
        return ExplainRequest.parse(fields.toString());
    }

    private static ObjectNode overrides(byte[] bytes) {
        if (bytes.length > LARGEST_OVERRIDES) {
            throw new InvalidRequestException(
                    AuditSubject.OVERRIDES, "audit.json has more than %d bytes".formatted(LARGEST_OVERRIDES));
        }
        JsonNode read;
        try {
            read = ModelJson.MAPPER.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw new InvalidRequestException(
                    AuditSubject.OVERRIDES, "audit.json is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("bytes in memory could not be read", e);
        }
        if (!(read instanceof ObjectNode object)) {
            throw new InvalidRequestException(AuditSubject.OVERRIDES, "audit.json is not a JSON object");
        }
        object.fieldNames().forEachRemaining(name -> {
            if (!ALLOWED.contains(name)) {
                throw new InvalidRequestException(
                        ModelJson.excerpt(name),
                        "audit.json: the field '%s' is not accepted, expected some of %s"
                                .formatted(
                                        ModelJson.excerpt(name),
                                        ALLOWED.stream().sorted().toList()));
            }
        });
        return object;
    }

    private static void replaceAlternatives(ObjectNode fields, ObjectNode own) {
        for (List<String> names : ALTERNATIVES) {
            if (names.stream().anyMatch(own::has)) {
                fields.remove(names);
            }
        }
    }
}
