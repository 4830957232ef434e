package dev.finexl.serve.http;

import dev.finexl.embed.EncoderException;
import dev.finexl.embed.ImageFileException;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.generate.GeneratorException;
import dev.finexl.onnx.OnnxException;
import dev.finexl.store.ModelFileException;
import io.quarkiverse.resteasy.problem.HttpProblem;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Says every refusal as a problem document (RFC 9457): what was wrong, and in which field. */
class Problems {

    private static final int UNPROCESSABLE = 422;
    private static final int RETRY_SECONDS = 10;

    @ServerExceptionMapper
    Response invalid(InvalidRequestException e) {
        return HttpProblem.builder()
                .withStatus(Response.Status.BAD_REQUEST)
                .withTitle("Invalid request")
                .withDetail(e.getMessage())
                .with("violations", List.of(Map.of("field", e.field(), "in", "body", "message", e.getMessage())))
                .build()
                .toResponse();
    }

    @ServerExceptionMapper({
        ModelFileException.class,
        GeneratorException.class,
        EncoderException.class,
        ImageFileException.class,
        OnnxException.class
    })
    Response unusable(RuntimeException e) {
        return HttpProblem.builder()
                .withStatus(UNPROCESSABLE)
                .withTitle("A model or a picture cannot be used")
                .withDetail(e.getMessage())
                .build()
                .toResponse();
    }

    @ServerExceptionMapper
    Response full(ExplainGate.FullException e) {
        return HttpProblem.builder()
                .withStatus(Response.Status.TOO_MANY_REQUESTS)
                .withTitle("Too many requests")
                .withDetail(e.getMessage())
                .withHeader("Retry-After", RETRY_SECONDS)
                .build()
                .toResponse();
    }
}
