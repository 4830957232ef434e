package dev.finexl.serve.http;

import dev.finexl.account.Tenant;
import dev.finexl.serve.http.UsageReports.UsageReport;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** {@code /admin/usage/TENANT}: the same as {@code /usage}, of any tenant, for administrators. */
@Path("/admin/usage/{tenant}")
public class TenantUsageResource {

    private final UsageReports reports;
    private final Callers callers;

    TenantUsageResource(UsageReports reports, Callers callers) {
        this.reports = reports;
        this.callers = callers;
    }

    /** What a tenant used. */
    @GET
    @Produces({MediaType.APPLICATION_JSON, UsageReports.CSV})
    @RunOnVirtualThread
    @Operation(
            operationId = "usageOf",
            summary = "What a tenant used in a period, and what it costs",
            description = "As /usage has it, of any tenant.")
    @APIResponse(
            responseCode = "200",
            description = "what was used",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = UsageReport.class)),
                @Content(mediaType = UsageReports.CSV)
            })
    public Response usage(
            @Parameter(description = "name of the tenant", example = "acme") @PathParam("tenant") String tenant,
            @BeanParam UsageQuery query) {
        callers.administrator();
        return reports.answer(new Tenant(tenant), query);
    }
}
