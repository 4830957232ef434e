package dev.finexl.serve.http;

import dev.finexl.choose.Chooser;
import dev.finexl.choose.SelectRequest;
import dev.finexl.choose.Selection;
import dev.finexl.explain.ExplainListener;
import dev.finexl.job.TenantSpaces;
import dev.finexl.job.trace.Traced;
import dev.finexl.job.trace.Tracing;
import dev.finexl.onnx.RunScope;
import io.smallrye.common.annotation.Blocking;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** {@code POST /select}: the models that fit a wish best, or that are most like another. */
@Path("/select")
public class SelectResource {

    private final Waiting waiting;
    private final TenantSpaces spaces;
    private final Callers callers;
    private final Tracing tracing;

    SelectResource(Waiting waiting, TenantSpaces spaces, Callers callers, Tracing tracing) {
        this.waiting = waiting;
        this.spaces = spaces;
        this.callers = callers;
        this.tracing = tracing;
    }

    /** Searches at once, and chooses among named models in the caller's turn: they may have to be explained first. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Blocking
    @Operation(
            operationId = "select",
            summary = "Choose personalized models",
            description = "Ranks models by how well their explanations fit a wish in words, or by how like they are to"
                    + " another's, and says why. Without 'models' it chooses among all that have been explained.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            examples = {
                                @ExampleObject(
                                        name = "a wish",
                                        value =
                                                "{\"wish\": \"vivid, not too dark\", \"models\": [\"vivid\", \"pixelated\"],"
                                                        + " \"request\": {\"base\": \"mini-diffusion\", \"images\": 16}}"),
                                @ExampleObject(
                                        name = "more like this one",
                                        value = "{\"like\": \"vivid\", \"models\": [\"pixelated\", \"vivid:0.5\"],"
                                                + " \"request\": {\"base\": \"mini-diffusion\", \"images\": 16}}")
                            }))
    @APIResponse(responseCode = "200", description = "the models, best first")
    @APIResponse(responseCode = "400", description = "the request cannot be meant as it stands; names the field")
    @APIResponse(responseCode = "413", description = "the body is too large")
    @APIResponse(responseCode = "422", description = "a model that the request names cannot be used")
    @APIResponse(responseCode = "429", description = "too many requests are waiting; come back")
    @APIResponse(responseCode = "503", description = "the program is shutting down")
    public Selection select(@NotNull @Valid SelectRequest request) {
        Chooser chooser = spaces.chooser(callers.tenant());
        Tracing.Origin origin = callers.origin();
        Function<RunScope, Selection> work = scope -> tracing.follow(
                Traced.SELECTION, origin, ExplainListener.NONE, listener -> chooser.select(request, listener, scope));
        if (request.isSearch()) {
            try (RunScope scope = new RunScope()) {
                return work.apply(scope);
            }
        }
        return waiting.inTurn(origin, request, work, Selection::usage);
    }
}
