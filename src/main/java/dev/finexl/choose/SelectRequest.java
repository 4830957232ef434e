package dev.finexl.choose;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.finexl.concept.WishReader;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.InvalidRequestException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;

/**
 * Which models are sought, and among which.
 *
 * @param wish what is wanted, in words, e.g. {@code grainy, warm, not too dark}; null where {@code like} is given
 * @param like a model whose like are sought, as in {@code models}
 * @param models those to choose from, each a LoRA, with {@code :WEIGHT} behind it if it has another than 1, or a whole
 *     model; null for all of the index. Those that are not in the index are explained first.
 * @param request what explanations of the models have in common, the base above all, which {@code models} need; null for
 *     nothing. It names no personalised model and no pictures.
 * @param limit most models in the answer; null for {@value #USUAL_LIMIT}
 */
public record SelectRequest(
        @Size(min = 1, max = WishReader.MAX_LENGTH) String wish,
        @Size(min = 1, max = MAX_REFERENCE) String like,
        @Size(min = 1, max = MAX_MODELS) List<@NotNull @NotBlank @Size(max = MAX_REFERENCE) String> models,
        @Valid ExplainRequest request,
        @Min(1) @Max(MAX_LIMIT) Integer limit) {

    /** Most models that are named. */
    public static final int MAX_MODELS = 100;

    /** Most models of an answer. */
    public static final int MAX_LIMIT = 1000;

    private static final int USUAL_LIMIT = 10;
    private static final int MAX_REFERENCE = 1000;

    public SelectRequest {
        request = request == null ? ExplainRequest.builder().build() : request;
        limit = limit == null ? USUAL_LIMIT : limit;
    }

    /** Whether it is answered by the index alone, in no time. */
    @JsonIgnore
    public boolean isSearch() {
        return models == null && request.base() == null;
    }

    /** @throws InvalidRequestException if it seeks nothing or two things, or names models without their base */
    void requireMeant() {
        if ((wish == null) == (like == null)) {
            throw new InvalidRequestException("wish", "expected either 'wish' or 'like'");
        }
        if (models != null && request.base() == null) {
            throw new InvalidRequestException("request.base", "expected the base of 'models'");
        }
        if (request.personalized() != null
                || !request.loras().isEmpty()
                || !request.embeddings().isEmpty()
                || request.baseImages() != null
                || request.personalizedImages() != null) {
            throw new InvalidRequestException(
                    "request",
                    "is what explanations of the models have in common; the models themselves are named in 'models'");
        }
    }
}
