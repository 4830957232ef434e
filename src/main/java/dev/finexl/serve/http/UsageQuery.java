package dev.finexl.serve.http;

import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.QueryParam;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/**
 * What a report of usage is asked for, as it was sent; all may be absent.
 *
 * @param from as of {@link Period#of}
 * @param to likewise
 * @param after as {@link UsageReports.UsageReport#next}; null for the first lines
 * @param accept what forms of the report are taken
 */
record UsageQuery(
        @Parameter(
                description = "first day or moment of the period; without, the first of this month",
                example = "2026-11-01")
        @QueryParam("from")
        String from,

        @Parameter(
                description = "first day or moment behind it; without, the first of next month",
                example = "2026-12-01")
        @QueryParam("to")
        String to,

        @Parameter(description = "explanation behind whose line to begin") @QueryParam("after")
        String after,

        @Parameter(hidden = true) @HeaderParam("Accept") String accept) {}
