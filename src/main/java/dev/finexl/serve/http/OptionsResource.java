package dev.finexl.serve.http;

import dev.finexl.concept.ShippedConcepts;
import dev.finexl.decompose.DecompositionMethod;
import dev.finexl.explain.AspectFinder;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.Looks;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** {@code GET /options}: what a request can choose from besides models, and what it gets where it does not choose. */
@Path("/options")
public class OptionsResource {

    /**
     * The choices.
     *
     * @param methods names of the decompositions
     * @param method that of the default
     * @param vocabularies names of those that ship
     * @param promptSets names of those that ship
     * @param precision half-width of intervals, in scores, at which sampling stops by default
     * @param confidence level of intervals and tests by default
     */
    public record Options(
            List<String> methods,
            String method,
            List<String> vocabularies,
            List<String> promptSets,
            double precision,
            double confidence) {}

    /** The choices. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "options", summary = "What a request can choose from besides models")
    @APIResponse(responseCode = "200", description = "the choices and the defaults")
    public Options options() {
        return new Options(
                DecompositionMethod.all().stream().map(DecompositionMethod::id).toList(),
                Explainer.DEFAULT_METHOD,
                ShippedConcepts.VOCABULARIES,
                ShippedConcepts.PROMPT_SETS,
                Looks.PRECISION,
                AspectFinder.CONFIDENCE);
    }
}
