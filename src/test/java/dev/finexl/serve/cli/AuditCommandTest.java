package dev.finexl.serve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.explain.BatchSize;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.OpenModels;
import dev.finexl.job.audit.AuditSettings;
import dev.finexl.job.audit.FileIdempotencyStore;
import dev.finexl.job.audit.Invocations;
import dev.finexl.job.trace.Tracing;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.store.Catalogue;
import dev.finexl.store.DirectoryResults;
import dev.finexl.store.s3.S3Connection;
import dev.finexl.store.s3.S3Objects;
import dev.finexl.store.s3.StorageServer;
import jakarta.validation.Validation;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** One line of answer for each event, and an exit code that tells whether all of them were done. */
class AuditCommandTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    private Path folder;

    private record Run(int exit, List<String> out, String err) {}

    private Run audit(String events, String... more) throws Exception {
        Path file = Files.writeString(folder.resolve("events"), events);
        try (OpenModels models = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));
                S3Connection nowhere = new S3Connection(StorageServer.settings(URI.create("http://127.0.0.1:1")))) {
            Invocations invocations = Invocations.of(
                    new Explainer(new Catalogue(List.of()), null, models, BatchSize.fixed(8), "test", null),
                    new S3Objects(nowhere),
                    new DirectoryResults(folder.resolve("results")),
                    new FileIdempotencyStore(folder.resolve("records")),
                    new AuditSettings(List.of(), "{}", Duration.ofSeconds(60), Duration.ofSeconds(1), false),
                    Validation.buildDefaultValidatorFactory().getValidator(),
                    MAPPER,
                    Tracing.NONE);
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            CommandLine command = new CommandLine(new AuditCommand(() -> invocations, MAPPER))
                    .setExecutionExceptionHandler(new Failures())
                    .setOut(new PrintWriter(out))
                    .setErr(new PrintWriter(err));
            String[] arguments = new String[more.length + 2];
            arguments[0] = "--events";
            arguments[1] = file.toString();
            System.arraycopy(more, 0, arguments, 2, more.length);
            return new Run(command.execute(arguments), out.toString().lines().toList(), err.toString());
        }
    }

    @Test
    void answersEachEventOnALineOfItsOwn() throws Exception {
        Run run = audit("""
                {"Event": "s3:TestEvent"}

                junk
                {"Records": [{"eventSource": "aws:sqs", "messageId": "m", "body": "{}"}]}
                """);
        assertThat(run.out()).hasSize(3);
        assertThat(run.out().get(0)).isEqualTo("{\"audits\":[],\"ignored\":[\"s3:TestEvent\"]}");
        assertThat(MAPPER.readTree(run.out().get(1)).get("error").asText()).contains("not JSON");
        assertThat(run.out().get(2)).isEqualTo("{\"batchItemFailures\":[]}");
        assertThat(run.exit()).isEqualTo(1);
        assertThat(audit("{\"Event\": \"s3:TestEvent\"}").exit()).isZero();
    }

    @Test
    void boundsTheTimeOfAnEvent() throws Exception {
        Run run = audit("{\"base\": \"mini-diffusion\", \"loras\": [{\"model\": \"vivid\"}]}", "--time-limit", "1");
        assertThat(MAPPER.readTree(run.out().getFirst()).get("error").asText()).contains("no time is left");
        assertThat(run.exit()).isEqualTo(1);
        Run wrong = audit("", "--time-limit", "0");
        assertThat(wrong.exit()).isEqualTo(2);
        assertThat(wrong.err()).contains("--time-limit", "1 or more seconds");
    }
}
