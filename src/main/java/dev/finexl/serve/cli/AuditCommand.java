package dev.finexl.serve.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.job.audit.Invocations;
import jakarta.inject.Provider;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code audit}: what the Lambda function does, for events that something else fetched, a poller of a queue for one. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Audits uploaded models as events tell of them: S3 notifications, EventBridge events, SQS batches of"
                        + " either, or requests for an explanation.",
        footer = {
            "",
            "Each event is one line of JSON, and is answered with one line of JSON on standard output; {\"error\": …} is an",
            "event that should be delivered again. The same event twice is one run. Results go to finexl.results.location."
        })
public final class AuditCommand implements Callable<Integer> {

    private final Provider<Invocations> invocations;
    private final ObjectMapper mapper;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--events",
            paramLabel = "FILE",
            required = true,
            description = "events, one a line; - for standard input")
    private String events;

    @Option(
            names = "--time-limit",
            paramLabel = "SECONDS",
            description = "time for one event; near its end the answer is what is certain so far")
    private Integer timeLimit;

    AuditCommand(Provider<Invocations> invocations, ObjectMapper mapper) {
        this.invocations = invocations;
        this.mapper = mapper;
    }

    @Override
    public Integer call() throws IOException {
        if (timeLimit != null && timeLimit < 1) {
            throw new InvalidRequestException("--time-limit", "expected 1 or more seconds");
        }
        Invocations all = invocations.get();
        boolean failed = false;
        PrintWriter out = spec.commandLine().getOut();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(open(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isBlank()) {
                    continue;
                }
                Object answer;
                try {
                    answer = all.handle(line.getBytes(StandardCharsets.UTF_8), deadline());
                } catch (RuntimeException e) {
                    failed = true;
                    answer = Map.of("error", String.valueOf(e.getMessage()));
                }
                out.println(mapper.writeValueAsString(answer));
                out.flush();
            }
        }
        return failed ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
    }

    private Instant deadline() {
        return timeLimit == null ? Instant.MAX : Instant.now().plus(Duration.ofSeconds(timeLimit));
    }

    private InputStream open() throws IOException {
        if (events.equals("-")) {
            return System.in;
        }
        try {
            return Files.newInputStream(Path.of(events));
        } catch (NoSuchFileException e) {
            throw new InvalidRequestException("--events", "there is no file '%s'".formatted(events));
        }
    }
}
