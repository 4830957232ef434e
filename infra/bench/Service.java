import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The packaged program as a process that serves on this machine, with folders of its own, until it is closed. */
final class Service implements AutoCloseable {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** HTTP/2 would put all requests on one connection, with which all fail at once. */
    private static final HttpClient STRANGER =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Process process;
    private final URI address;

    private Service(Process process, URI address) {
        this.process = process;
        this.address = address;
    }

    /**
     * Starts it and waits until it is ready.
     *
     * @param cache folder of what is kept between starts: answers, graphs as ONNX Runtime has optimised them, and jobs
     * @param work folder for everything else
     * @throws IllegalStateException if it ends instead, with what it said
     */
    static Service start(List<String> command, Path cache, Path work) throws IOException, InterruptedException {
        int port = freePort();
        ProcessBuilder builder = process(command, cache, work);
        builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
        builder.environment().put("QUARKUS_HTTP_HOST", "127.0.0.1");
        Service service = new Service(builder.start(), URI.create("http://127.0.0.1:" + port));
        boolean ready = false;
        try {
            while (!service.isReady()) {
                if (!service.process.isAlive()) {
                    throw new IllegalStateException("the server has ended: " + Files.readString(work.resolve("log")));
                }
                // Not so often that answering takes from the start.
                Thread.sleep(10);
            }
            ready = true;
            return service;
        } finally {
            if (!ready) {
                service.close();
            }
        }
    }

    /** The program with folders of its own, for any command. */
    static ProcessBuilder process(List<String> command, Path cache, Path work) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("log").toFile());
        builder.environment().put("FINEXL_CACHE_LOCATION", cache.resolve("answers").toString());
        builder.environment().put("FINEXL_ONNX_GRAPHS", cache.resolve("graphs").toString());
        builder.environment().put("FINEXL_MODELS_HASHES", cache.resolve("hashes").toString());
        builder.environment().put("FINEXL_JOBS_DIRECTORY", cache.resolve("jobs").toString());
        return builder;
    }

    /** The status of the answer to a request, whose body is read and let go. */
    int status(HttpRequest request) throws IOException, InterruptedException {
        return CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    /** The answer to a stranger's request, who shares his connection with nobody. */
    HttpResponse<String> answer(HttpRequest request) throws IOException, InterruptedException {
        return STRANGER.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** A request to a path of it. */
    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(address.resolve(path));
    }

    /** A request for an explanation, whose answer is waited for. */
    HttpRequest explain(String json) {
        return request("/explain")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
    }

    /** Whether the process still runs. */
    boolean isAlive() {
        return process.isAlive();
    }

    /** Processor time of all threads of the process so far. */
    double processorSeconds() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
    }

    /** As of {@link #memory(long, String)}. */
    long memory(String which) {
        return memory(process.pid(), which);
    }

    /**
     * Bytes of memory of a process as Linux tells them; 0 elsewhere.
     *
     * @param which {@code VmRSS} for what is resident now, {@code VmHWM} for the most that was
     */
    static long memory(long process, String which) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/%d/status".formatted(process)))) {
            return lines.filter(line -> line.startsWith(which + ":"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException _) {
            return 0;
        }
    }

    private boolean isReady() throws InterruptedException {
        try {
            return status(request("/q/health/ready").timeout(Duration.ofSeconds(5)).build()) == 200;
        } catch (IOException _) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(1, TimeUnit.MINUTES)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Removes a folder with all that is in it. */
    static void remove(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException e) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
