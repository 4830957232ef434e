package dev.finexl.serve.http;

import dev.finexl.compare.ModelComparison;
import dev.finexl.job.JobKind;
import dev.finexl.report.ComparisonReport;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** {@code /comparisons}: what {@code POST /compare} was asked for by callers who did not wait for the answer. */
@Path("/comparisons/{id}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@APIResponse(responseCode = "404", description = "there is none, or no more")
public class ComparisonsResource {

    private static final String ID = "of the comparison, as it was answered to who asked for it";

    private final Jobs jobs;

    ComparisonsResource(Jobs jobs) {
        this.jobs = jobs;
    }

    /** The comparison as it stands. */
    @GET
    @Operation(operationId = "comparison", summary = "How far a comparison is, and its result")
    @APIResponse(
            responseCode = "200",
            description = "the comparison as it stands",
            content = @Content(schema = @Schema(implementation = JobDocument.class)))
    public Response comparison(
            @Parameter(description = ID) @PathParam("id") String id,
            @Parameter(description = Jobs.WAIT, example = "wait=30") @HeaderParam("Prefer") List<String> prefer) {
        return jobs.status(JobKind.COMPARISON, id, prefer);
    }

    /** A comparison to be looked at. */
    @GET
    @Path("report")
    @Produces(MediaType.TEXT_HTML)
    @Operation(operationId = "comparisonReport", summary = "A comparison as one HTML file that needs nothing beside it")
    @APIResponse(responseCode = "200", description = "the report", content = @Content(mediaType = MediaType.TEXT_HTML))
    @APIResponse(responseCode = "404", description = "there is none, or no more, or it has no result")
    public Response report(@Parameter(description = ID) @PathParam("id") String id) {
        return SecurityHeaders.report(
                ComparisonReport.render(jobs.result(JobKind.COMPARISON, id, ModelComparison.class)));
    }

    /** Follows a comparison. */
    @GET
    @Path("events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            operationId = "comparisonEvents",
            summary = "Follow a comparison",
            description =
                    "Server-sent events: state (the comparison as it stands, first of all and whenever its state changes),"
                            + " stage, and done (the comparison with its result), after which the stream ends.")
    @APIResponse(
            responseCode = "200",
            description = "the events",
            content = @Content(mediaType = MediaType.SERVER_SENT_EVENTS))
    @APIResponse(responseCode = "204", description = "the header Last-Event-ID shows that there is no more to come")
    public Response events(
            @Parameter(description = ID) @PathParam("id") String id,
            @Parameter(description = Jobs.LAST_EVENT, example = "1.7") @HeaderParam("Last-Event-ID") String last) {
        return jobs.events(JobKind.COMPARISON, id, last);
    }

    /** Cancels a comparison. */
    @DELETE
    @Operation(
            operationId = "cancelComparison",
            summary = "Cancel a comparison",
            description = "One that has ended is left as it is.")
    @APIResponse(
            responseCode = "200",
            description = "it has ended",
            content = @Content(schema = @Schema(implementation = JobDocument.class)))
    @APIResponse(
            responseCode = "202",
            description = "it will be cancelled by the process that works on it",
            content = @Content(schema = @Schema(implementation = JobDocument.class)))
    public Response cancel(@Parameter(description = ID) @PathParam("id") String id) {
        return jobs.cancel(JobKind.COMPARISON, id);
    }
}
