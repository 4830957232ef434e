package dev.finexl;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;

/** The packaged program as a server: a process of its own, on a port that was free. */
public final class PackagedServer implements AutoCloseable {

    private final Process process;
    private final URI address;

    /**
     * Starts it, and returns when it listens.
     *
     * @param log file for what it prints
     * @param environment beside that of the tests
     */
    public PackagedServer(Path log, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(PackagedProgram.command())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        builder.environment().put("QUARKUS_HTTP_PORT", "0");
        process = builder.start();
        Matcher port = await().atMost(Duration.ofMinutes(2))
                .until(() -> PackagedProgram.LISTENING.matcher(Files.readString(log)), Matcher::find);
        address = URI.create("http://localhost:" + port.group(1));
    }

    /** Its address, without a path. */
    public URI address() {
        return address;
    }

    /** The process, to be told to end. */
    public Process process() {
        return process;
    }

    /** Kills it, if it is still there. */
    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
