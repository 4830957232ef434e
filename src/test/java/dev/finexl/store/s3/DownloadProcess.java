package dev.finexl.store.s3;

import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.Transfer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** Another process that brings a model here, says so, and uses it until it is told to end. */
final class DownloadProcess implements AutoCloseable {

    private final Process process;

    /** What the process runs. */
    public static void main(String[] args) throws IOException {
        CacheSettings settings =
                new CacheSettings(Path.of(args[1]), Long.parseLong(args[3]), 2, ModelCacheTest.PART, 2);
        try (S3Connection connection = new S3Connection(StorageServer.settings(URI.create(args[0])))) {
            S3AllowList allowed = S3AllowList.parse(List.of("s3://models"));
            CatalogueEntry model = new S3Models(connection, allowed, settings).find(args[2], Transfer.UNHEARD);
            System.out.println(model.files().fingerprint());
            while (System.in.read() >= 0) {
                // Waits for the end of its input.
            }
            System.out.println(model.files().size("config.json"));
        }
    }

    DownloadProcess(URI endpoint, Path cache, String reference, long budget) throws IOException {
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Daws.accessKeyId=test",
                        "-Daws.secretAccessKey=test",
                        "-cp",
                        classes,
                        DownloadProcess.class.getName(),
                        endpoint.toString(),
                        cache.toString(),
                        reference,
                        Long.toString(budget))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Waits until the model is here, and says what names its content. */
    String fingerprint() throws IOException {
        return reader().readLine();
    }

    /** Lets the process end; it looks at the model once more before. */
    String end() throws IOException {
        process.getOutputStream().close();
        return reader().readLine();
    }

    /** Ends the process in the middle of what it does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private BufferedReader reader() {
        return process.inputReader();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
