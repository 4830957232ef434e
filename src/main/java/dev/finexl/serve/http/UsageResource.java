package dev.finexl.serve.http;

import dev.finexl.serve.http.UsageReports.UsageReport;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** {@code /usage}: what the caller's tenant used in a period, and what it costs. */
@Path("/usage")
public class UsageResource {

    private final UsageReports reports;
    private final Callers callers;

    UsageResource(UsageReports reports, Callers callers) {
        this.reports = reports;
        this.callers = callers;
    }

    /** What the caller's tenant used. */
    @GET
    @Produces({MediaType.APPLICATION_JSON, UsageReports.CSV})
    @RunOnVirtualThread
    @Operation(
            operationId = "usage",
            summary = "What was used in a period, and what it costs",
            description =
                    "The sum with a line for each explanation, some at a time; or, with Accept: text/csv, a table of"
                            + " all lines.")
    @APIResponse(
            responseCode = "200",
            description = "what was used",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = UsageReport.class)),
                @Content(
                        mediaType = UsageReports.CSV,
                        examples = @ExampleObject(name = "a line", value = UsageReports.EXAMPLE))
            })
    @APIResponse(responseCode = "400", description = "the period cannot be meant as it stands; names the parameter")
    public Response usage(@BeanParam UsageQuery query) {
        return reports.answer(callers.tenant(), query);
    }
}
