package dev.finexl.serve.http;

import dev.finexl.compare.CompareRequest;
import dev.finexl.compare.Comparer;
import dev.finexl.compare.ModelComparison;
import dev.finexl.explain.ExplainListener;
import dev.finexl.job.TenantSpaces;
import io.smallrye.common.annotation.Blocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** {@code POST /compare}: several personalised models beside each other, answered when it is done. */
@Path("/compare")
public class CompareResource {

    private final Waiting waiting;
    private final TenantSpaces spaces;
    private final Callers callers;

    CompareResource(Waiting waiting, TenantSpaces spaces, Callers callers) {
        this.waiting = waiting;
        this.spaces = spaces;
        this.callers = callers;
    }

    /** Compares what the request names, as one explanation among others. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Blocking
    @Operation(
            operationId = "compare",
            summary = "Compare personalized models",
            description =
                    "Samples the base and each model with the same prompts and noise, and says what each shows, where"
                            + " they agree and which differences are significant. Answers when it is done.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            examples =
                                    @ExampleObject(
                                            name = "two bundled LoRAs",
                                            value =
                                                    "{\"request\": {\"base\": \"mini-diffusion\", \"images\": 16}, \"models\": ["
                                                            + "{\"loras\": [{\"model\": \"vivid\"}]},"
                                                            + " {\"name\": \"both\", \"loras\": [{\"model\": \"vivid\"},"
                                                            + " {\"model\": \"pixelated\", \"weight\": 0.8}]}]}")))
    @APIResponse(responseCode = "200", description = "the comparison")
    @APIResponse(responseCode = "400", description = "the request cannot be meant as it stands; names the field")
    @APIResponse(responseCode = "413", description = "the body is too large")
    @APIResponse(responseCode = "422", description = "a model that the request names cannot be used")
    @APIResponse(responseCode = "429", description = "too many requests are waiting; come back")
    @APIResponse(responseCode = "503", description = "the program is shutting down")
    public ModelComparison compare(@NotNull @Valid CompareRequest request, @Context RoutingContext routing) {
        Comparer comparer = spaces.comparer(callers.tenant());
        return waiting.inTurn(
                ClientGone.of(routing),
                request,
                scope -> comparer.compare(request, ExplainListener.NONE, scope),
                ModelComparison::usage);
    }
}
