package dev.finexl.serve.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.finexl.account.Ledger;
import dev.finexl.account.Tenant;
import dev.finexl.account.UsageLine;
import dev.finexl.account.UsageTotal;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** {@code /usage}: what the caller's tenant, or for administrators any tenant, used in a period. */
@Path("/")
public class UsageResource {

    private static final String CSV = "text/csv";
    private static final String FROM = "first day or moment of the period; without, the first of this month";
    private static final String TO = "first day or moment behind it; without, the first of next month";
    private static final String COLUMNS = "ended,explanation,tenant,request_hash,images,evaluations,cpu_seconds,gpu_seconds,"
            + "cached,price,currency\r\n";
    private static final String EXAMPLE =
            "ended,explanation,tenant,request_hash,images,evaluations,cpu_seconds,gpu_seconds,cached,price,currency\r\n"
                    + "2026-11-02T09:30:00Z,Vq2mY8cG3n0w1TzJkL5xRA,acme,9f86d08…,32,640,11.204,0.000,false,0.420000,EUR\r\n";

    private final Ledger ledger;
    private final Callers callers;

    UsageResource(Ledger ledger, Callers callers) {
        this.ledger = ledger;
        this.callers = callers;
    }

    /**
     * What was used.
     *
     * @param tenant by whom
     * @param from the first moment of the period
     * @param to the first moment behind it
     * @param total of the whole period
     * @param lines of the ledger, in its order, at most {@value Ledger#MOST}
     * @param next what to give as {@code after} for those that follow; absent if there are none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record UsageReport(
            Tenant tenant, Instant from, Instant to, UsageTotal total, List<UsageLine> lines, String next) {}

    /** What the caller's tenant used. */
    @GET
    @Path("usage")
    @Produces(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    @Operation(operationId = "usage", summary = "What was used in a period, and what it costs")
    @APIResponse(responseCode = "200", description = "the sum, and a line for each explanation")
    @APIResponse(responseCode = "400", description = "the period cannot be meant as it stands")
    public UsageReport usage(
            @Parameter(description = FROM, example = "2026-11-01") @QueryParam("from") String from,
            @Parameter(description = TO, example = "2026-12-01") @QueryParam("to") String to,
            @Parameter(description = "explanation behind whose line to begin") @QueryParam("after") String after) {
        return report(callers.tenant(), Period.of(from, to), after);
    }

    /** The same as a table. */
    @GET
    @Path("usage")
    @Produces(CSV)
    @RunOnVirtualThread
    @Operation(operationId = "usageTable", summary = "What was used in a period, a line for each explanation")
    @APIResponse(
            responseCode = "200",
            description = "all lines",
            content = @Content(mediaType = CSV, examples = @ExampleObject(name = "a line", value = EXAMPLE)))
    public Response table(@QueryParam("from") String from, @QueryParam("to") String to) {
        return table(callers.tenant(), Period.of(from, to));
    }

    /** What any tenant used. */
    @GET
    @Path("admin/usage/{tenant}")
    @Produces(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    @Operation(operationId = "usageOf", summary = "What a tenant used in a period, and what it costs")
    public UsageReport usageOf(
            @PathParam("tenant") String tenant,
            @QueryParam("from") String from,
            @QueryParam("to") String to,
            @QueryParam("after") String after) {
        callers.administrator();
        return report(new Tenant(tenant), Period.of(from, to), after);
    }

    /** The same as a table. */
    @GET
    @Path("admin/usage/{tenant}")
    @Produces(CSV)
    @RunOnVirtualThread
    @Operation(operationId = "usageTableOf", summary = "What a tenant used in a period, a line for each explanation")
    public Response tableOf(
            @PathParam("tenant") String tenant, @QueryParam("from") String from, @QueryParam("to") String to) {
        callers.administrator();
        return table(new Tenant(tenant), Period.of(from, to));
    }

    private UsageReport report(Tenant tenant, Period period, String after) {
        List<UsageLine> lines = ledger.lines(tenant, period.from(), period.to(), after);
        return new UsageReport(
                tenant,
                period.from(),
                period.to(),
                ledger.total(tenant, period.from(), period.to()),
                lines,
                lines.size() < Ledger.MOST ? null : lines.getLast().explanation());
    }

    private Response table(Tenant tenant, Period period) {
        StreamingOutput writing = out -> {
            Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
            writer.write(COLUMNS);
            String after = null;
            List<UsageLine> lines;
            do {
                lines = ledger.lines(tenant, period.from(), period.to(), after);
                for (UsageLine line : lines) {
                    write(line, writer);
                    after = line.explanation();
                }
            } while (lines.size() == Ledger.MOST);
            writer.flush();
        };
        return Response.ok(writing, CSV).build();
    }

    /** No value holds anything that a table would take for its own. */
    private static void write(UsageLine line, Writer writer) throws IOException {
        writer.write("%s,%s,%s,%s,%d,%d,%s,%s,%s,%s,%s\r\n"
                .formatted(
                        line.ended(),
                        line.explanation(),
                        line.tenant(),
                        line.requestHash(),
                        line.spent().images(),
                        line.spent().evaluations(),
                        line.spent().cpuSeconds(),
                        line.spent().gpuSeconds(),
                        line.spent().cached(),
                        line.price().toPlainString(),
                        line.currency()));
    }
}
