package dev.finexl.serve.http;

import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explanation;
import dev.finexl.job.JobTask;
import io.smallrye.common.annotation.Blocking;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** The two paths by which Amazon SageMaker runs a container: whether it can take requests, and a request. */
@Path("/")
public class SageMakerResource {

    private final WarmUp warmUp;
    private final Waiting waiting;

    SageMakerResource(WarmUp warmUp, Waiting waiting) {
        this.warmUp = warmUp;
        this.waiting = waiting;
    }

    /** Whether requests can be taken. */
    @GET
    @Path("ping")
    @Operation(operationId = "ping", summary = "Whether requests can be taken")
    @APIResponse(responseCode = "200", description = "every session has run")
    @APIResponse(responseCode = "503", description = "not yet")
    public Response ping() {
        return Response.status(warmUp.state().ready() ? Response.Status.OK : Response.Status.SERVICE_UNAVAILABLE)
                .build();
    }

    /** The same as {@code POST /explain}. */
    @POST
    @Path("invocations")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Blocking
    @Operation(
            operationId = "invocations",
            summary = "Explain a personalization",
            description = "The same as POST /explain, where Amazon SageMaker expects it.")
    @RequestBody(
            required = true,
            content = @Content(examples = @ExampleObject(name = "a bundled LoRA", value = ExplainResource.EXAMPLE)))
    @APIResponse(
            responseCode = "200",
            description = "the explanation",
            content = @Content(schema = @Schema(implementation = Explanation.class)))
    public Response invoke(@NotNull @Valid ExplainRequest request) {
        return waiting.answer(new JobTask.Explain(request), null);
    }
}
