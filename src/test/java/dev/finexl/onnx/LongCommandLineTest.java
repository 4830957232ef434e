package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That ONNX Runtime can be started by a process with a long command line, which has to be one of its own. */
class LongCommandLineTest {

    /** No argument may be longer than 128 KiB. */
    private static final int ARGUMENT = 100_000;

    @ParameterizedTest
    @ValueSource(ints = {0, 5_000, 1_900_000})
    void startsWhateverTheLengthOfTheCommandLine(int length) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                Starting.class.getName()));
        for (int rest = length; rest > 0; rest -= ARGUMENT) {
            command.add("x".repeat(Math.min(rest, ARGUMENT)));
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.start();
        try {
            String said = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).as(said).isZero();
            assertThat(said).contains("cpu");
        } finally {
            process.destroyForcibly();
        }
    }

    static final class Starting {

        private Starting() {}

        public static void main(String[] args) {
            System.out.println(new OnnxRuntime(OnnxSettings.cpu()).providerName());
        }
    }
}
