package dev.finexl.job.trace;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a caller says of the span that his request is a part of, as W3C Trace Context has it.
 *
 * @param header the header {@code traceparent}: version 00, the trace, the span, and whether it is sampled
 */
public record TraceParent(String header) {

    /** The name of the header. */
    public static final String HEADER = "traceparent";

    /** A trace or a span of zeros is none. */
    private static final Pattern FORM = Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    /**
     * Reads a header that anybody may have sent.
     *
     * @param header null if there is none
     * @return empty if it is not well-formed, in which case a trace begins here
     */
    public static Optional<TraceParent> of(String header) {
        return Optional.ofNullable(header)
                .filter(sent -> FORM.matcher(sent).matches())
                .map(TraceParent::new);
    }
}
