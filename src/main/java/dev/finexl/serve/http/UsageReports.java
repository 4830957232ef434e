package dev.finexl.serve.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.finexl.account.Ledger;
import dev.finexl.account.Tenant;
import dev.finexl.account.UsageLine;
import dev.finexl.account.UsageTotal;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** Shows what a tenant used in a period: the sum with some lines as JSON, or all lines as a table. */
@Singleton
class UsageReports {

    static final String CSV = "text/csv";
    static final String EXAMPLE =
            "ended,explanation,tenant,request_hash,images,evaluations,cpu_seconds,gpu_seconds,cached,price,currency\r\n"
                    + "2026-11-02T09:30:00Z,Vq2mY8cG3n0w1TzJkL5xRA,acme,9f86d0…,32,640,11.204,0.0,false,0.420000,EUR\r\n";

    private static final String COLUMNS = EXAMPLE.substring(0, EXAMPLE.indexOf('\n') + 1);

    private final Ledger ledger;

    UsageReports(Ledger ledger) {
        this.ledger = ledger;
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
    record UsageReport(Tenant tenant, Instant from, Instant to, UsageTotal total, List<UsageLine> lines, String next) {}

    /** The report in the form that is asked for. */
    Response answer(Tenant tenant, UsageQuery query) {
        Period period = Period.of(query.from(), query.to());
        return query.accept() != null && query.accept().contains(CSV)
                ? Response.ok(table(tenant, period), CSV).build()
                : Response.ok(report(tenant, period, query.after()), MediaType.APPLICATION_JSON_TYPE)
                        .build();
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

    private StreamingOutput table(Tenant tenant, Period period) {
        return out -> {
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
