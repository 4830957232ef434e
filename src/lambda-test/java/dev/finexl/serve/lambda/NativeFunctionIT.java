package dev.finexl.serve.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.serve.lambda.LambdaRuntime.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What is uploaded to Lambda as an executable: whether it fits, and whether it takes and answers events. */
@EnabledIf(value = "isNative", disabledReason = "the function was not built with -Dnative")
class NativeFunctionIT {

    /** Lambda's limit of all files unpacked. */
    private static final long MOST = 250L << 20;

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    static boolean isNative() throws IOException {
        return FunctionZip.isNative();
    }

    @Test
    void fitsIntoLambda() throws IOException {
        assertThat(FunctionZip.unpackedBytes()).isLessThan(MOST);
    }

    @Test
    void takesEventsOneAfterAnother() throws Exception {
        FunctionZip.unpack(folder);
        Path bootstrap = folder.resolve(FunctionZip.BOOTSTRAP);
        assertThat(bootstrap.toFile().setExecutable(true)).isTrue();
        Path log = folder.resolve("log");
        try (LambdaRuntime runtime = new LambdaRuntime()) {
            ProcessBuilder function = new ProcessBuilder(bootstrap.toString())
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            function.environment()
                    .putAll(Map.of(
                            "AWS_LAMBDA_RUNTIME_API",
                            runtime.address(),
                            "AWS_REGION",
                            "eu-west-1",
                            "FINEXL_RESULTS_LOCATION",
                            folder.resolve("results").toString(),
                            "FINEXL_AUDITS_RECORDS_LOCATION",
                            folder.resolve("records").toString()));
            Process process = function.start();
            try {
                JsonNode explained = response(runtime, FunctionZip.REQUEST, log);
                assertThat(explained.path("method").asText()).isEqualTo("stacked-nnls");
                assertThat(explained.path("usage").path("images").asInt()).isEqualTo(4);

                Answer refused = runtime.invoke("{\"base\": \"no-such-model\"}", PATIENCE);
                assertThat(refused).as(Files.readString(log)).isNotNull();
                assertThat(refused.kind()).isEqualTo("error");
                assertThat(refused.body()).contains("no-such-model");

                assertThat(response(runtime, FunctionZip.REQUEST, log)).isNotNull();
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private static JsonNode response(LambdaRuntime runtime, String event, Path log) throws Exception {
        Answer answer = runtime.invoke(event, PATIENCE);
        assertThat(answer).as(Files.readString(log)).isNotNull();
        assertThat(answer.kind()).as(answer.body()).isEqualTo("response");
        return new ObjectMapper().readTree(answer.body());
    }
}
