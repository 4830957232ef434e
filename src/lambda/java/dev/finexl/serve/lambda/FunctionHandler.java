package dev.finexl.serve.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.job.audit.EventReader;
import dev.finexl.job.audit.Invocations;
import jakarta.inject.Named;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;

/** The function: hands the event and the time that is left to {@link Invocations}, and its answer back. */
@Named("finexl")
public final class FunctionHandler implements RequestStreamHandler {

    /** Lambda lets nothing run longer. */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    private final Invocations invocations;
    private final ObjectMapper mapper;

    FunctionHandler(Invocations invocations, ObjectMapper mapper) {
        this.invocations = invocations;
        this.mapper = mapper;
    }

    @Override
    public void handleRequest(InputStream event, OutputStream answer, Context context) throws IOException {
        Instant deadline = deadline(Duration.ofMillis(context.getRemainingTimeInMillis()));
        byte[] bytes = event.readNBytes(EventReader.LARGEST_EVENT + 1);
        mapper.writeValue(answer, invocations.handle(bytes, deadline));
    }

    /** Servers that only play Lambda, as in tests, tell no deadline, which arrives here as a number that none can be. */
    private static Instant deadline(Duration left) {
        return left.isPositive() && left.compareTo(LONGEST) <= 0 ? Instant.now().plus(left) : Instant.MAX;
    }
}
