package dev.finexl.serve.http;

import dev.finexl.compare.CompareRequest;
import dev.finexl.compare.ModelComparison;
import dev.finexl.job.JobTask;
import io.smallrye.common.annotation.Blocking;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** {@code POST /compare}: several personalised models beside each other, answered when it is done, or at {@link ComparisonsResource}. */
@Path("/compare")
public class CompareResource {

    /** A request that can be pasted. */
    static final String EXAMPLE = "{\"request\": {\"base\": \"mini-diffusion\", \"images\": 16}, \"models\": ["
            + "{\"loras\": [{\"model\": \"vivid\"}]}, {\"name\": \"both\", \"loras\": [{\"model\": \"vivid\"},"
            + " {\"model\": \"pixelated\", \"weight\": 0.8}]}]}";

    private final Waiting waiting;
    private final Jobs jobs;

    CompareResource(Waiting waiting, Jobs jobs) {
        this.waiting = waiting;
        this.jobs = jobs;
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
                            + " they agree and which differences are significant. Answers when it is done; with the header"
                            + " Prefer (respond-async, or wait=SECONDS) it is a job that is found at /comparisons/ID.")
    @RequestBody(
            required = true,
            content = @Content(examples = @ExampleObject(name = "two bundled LoRAs", value = EXAMPLE)))
    @APIResponse(
            responseCode = "200",
            description = "the comparison, or the job that it was within the time that the caller wanted to wait",
            content = @Content(schema = @Schema(oneOf = {ModelComparison.class, JobDocument.class})))
    @APIResponse(
            responseCode = "202",
            description = "accepted; Location says where it will be found",
            content = @Content(schema = @Schema(implementation = JobDocument.class)))
    @APIResponse(responseCode = "400", description = "the request cannot be meant as it stands; names the field")
    @APIResponse(responseCode = "413", description = "the body is too large")
    @APIResponse(
            responseCode = "422",
            description =
                    "a model that the request names cannot be used, or the idempotency key came with another request before")
    @APIResponse(responseCode = "429", description = "too many requests are waiting; come back")
    @APIResponse(responseCode = "503", description = "the program is shutting down")
    public Response compare(
            @NotNull @Valid CompareRequest request,
            @Parameter(description = IdempotencyKey.MEANING, example = "4712") @HeaderParam(IdempotencyKey.HEADER)
                    String key,
            @Parameter(description = "respond-async; " + Jobs.WAIT, example = "respond-async") @HeaderParam("Prefer")
                    List<String> prefer) {
        JobTask task = new JobTask.Compare(request);
        return Preference.later(prefer) ? jobs.submit(task, key, null, prefer) : waiting.answer(task, key);
    }
}
