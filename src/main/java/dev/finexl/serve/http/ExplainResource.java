package dev.finexl.serve.http;

import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explanation;
import dev.finexl.job.JobTask;
import io.smallrye.common.annotation.Blocking;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** {@code POST /explain}: one explanation, answered when it is done. */
@Path("/explain")
public class ExplainResource {

    /** A request that can be pasted. */
    static final String EXAMPLE = "{\"base\": \"mini-diffusion\", \"loras\": [{\"model\": \"vivid\"}]}";

    private final Waiting waiting;

    ExplainResource(Waiting waiting) {
        this.waiting = waiting;
    }

    /** Explains what the request names. A platform thread is used: the work is native code that a carrier would pin. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Blocking
    @Operation(
            operationId = "explain",
            summary = "Explain a personalization",
            description =
                    "Samples pairs of pictures, base and personalized with the same prompts and noise, and says in"
                            + " words and scores what changed. Answers when it is done.")
    @RequestBody(
            required = true,
            content = @Content(examples = @ExampleObject(name = "a bundled LoRA", value = EXAMPLE)))
    @APIResponse(
            responseCode = "200",
            description = "the explanation",
            content = @Content(schema = @Schema(implementation = Explanation.class)))
    @APIResponse(responseCode = "400", description = "the request cannot be meant as it stands; names the field")
    @APIResponse(responseCode = "413", description = "the body is too large")
    @APIResponse(responseCode = "422", description = "a model or a picture that the request names cannot be used")
    @APIResponse(
            responseCode = "429",
            description = "too many requests are waiting, or a quota is used up; says when to come back")
    @APIResponse(responseCode = "503", description = "the program is shutting down")
    public Response explain(
            @NotNull @Valid ExplainRequest request,
            @Parameter(description = IdempotencyKey.MEANING, example = "4711") @HeaderParam(IdempotencyKey.HEADER)
                    String key,
            @Parameter(
                            description =
                                    "only tell what it would take and cost, as {cached, images, evaluations, seconds, price}")
                    @QueryParam("estimate")
                    boolean estimate) {
        return estimate ? waiting.estimate(request) : waiting.answer(new JobTask.Explain(request), key);
    }
}
