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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Prints how long it takes from the start of the process until the server is ready, and until the first explanation of the
 * bundled LoRA is there, for each way in which the program is packaged, with empty caches and with those that `prime` has
 * filled. The ways take turns; every number is a median; compare only numbers of the same run.
 */
final class Start {

    private static final String REQUEST = "{\"base\": \"mini-diffusion\", \"loras\": [{\"model\": \"vivid\"}]}";

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private Start() {}

    /** Seconds since the start of the process. */
    private record Times(double ready, double explained) {}

    /** @param args ROUNDS JSON-FILE, then NAME COMMAND for each way, with the command's words separated by spaces */
    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[0]);
        Map<String, List<String>> ways = new LinkedHashMap<>();
        for (int i = 2; i < args.length; i += 2) {
            ways.put(args[i], List.of(args[i + 1].split(" ")));
        }
        Path work = Files.createTempDirectory("finexl-start-");
        Map<String, List<Times>> empty = new LinkedHashMap<>();
        Map<String, List<Times>> primed = new LinkedHashMap<>();
        try {
            Path answers = work.resolve("primed");
            prime(ways.values().iterator().next(), answers, work);
            for (int round = 0; round < rounds; round++) {
                for (Map.Entry<String, List<String>> way : ways.entrySet()) {
                    Path fresh = work.resolve("empty-" + way.getKey() + round);
                    empty.computeIfAbsent(way.getKey(), _ -> new ArrayList<>()).add(run(way.getValue(), fresh, work));
                    Path copy = work.resolve("primed-" + way.getKey() + round);
                    copy(answers, copy);
                    primed.computeIfAbsent(way.getKey(), _ -> new ArrayList<>()).add(run(way.getValue(), copy, work));
                }
            }
        } finally {
            remove(work);
        }
        print(ways.keySet().stream().toList(), empty, primed, Path.of(args[1]));
    }

    private static void print(
            List<String> ways, Map<String, List<Times>> empty, Map<String, List<Times>> primed, Path json)
            throws IOException {
        System.out.printf("%-10s %10s %8s %22s %22s%n", "", "ready", "ratio", "explained, empty", "explained, primed");
        List<String> lines = new ArrayList<>();
        double plain = 0;
        for (String way : ways) {
            List<Times> all = new ArrayList<>(empty.get(way));
            all.addAll(primed.get(way));
            double ready = median(all.stream().mapToDouble(Times::ready).toArray());
            double cold = median(empty.get(way).stream().mapToDouble(Times::explained).toArray());
            double warm = median(primed.get(way).stream().mapToDouble(Times::explained).toArray());
            plain = plain == 0 ? ready : plain;
            System.out.printf(
                    Locale.ROOT, "%-10s %8.2f s %8.2f %20.2f s %20.2f s%n", way, ready, ready / plain, cold, warm);
            lines.add(String.format(
                    Locale.ROOT,
                    "  \"%s\": {\"ready\": %.3f, \"readyRatio\": %.3f, \"explainedEmpty\": %.3f, \"explainedPrimed\": %.3f}",
                    way,
                    ready,
                    ready / plain,
                    cold,
                    warm));
        }
        Files.writeString(json, "{\n" + String.join(",\n", lines) + "\n}\n");
    }

    private static void prime(List<String> way, Path answers, Path work) throws Exception {
        List<String> command = new ArrayList<>(way);
        command.addAll(List.of("prime", "--base", "mini-diffusion"));
        Process process = process(command, answers, work).start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("prime fails: " + Files.readString(work.resolve("log")));
        }
    }

    private static Times run(List<String> command, Path answers, Path work) throws Exception {
        int port = freePort();
        ProcessBuilder builder = process(command, answers, work);
        builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
        builder.environment().put("QUARKUS_HTTP_HOST", "127.0.0.1");
        long start = System.nanoTime();
        Process process = builder.start();
        try {
            URI server = URI.create("http://127.0.0.1:" + port);
            while (status(HttpRequest.newBuilder(server.resolve("/q/health/ready")).build()) != 200) {
                if (!process.isAlive()) {
                    throw new IllegalStateException("the server has ended: " + Files.readString(work.resolve("log")));
                }
                Thread.sleep(5);
            }
            double ready = (System.nanoTime() - start) / 1e9;
            int status = status(HttpRequest.newBuilder(server.resolve("/explain"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(REQUEST))
                    .build());
            if (status != 200) {
                throw new IllegalStateException("POST /explain answers " + status);
            }
            return new Times(ready, (System.nanoTime() - start) / 1e9);
        } finally {
            process.destroy();
            process.waitFor(1, TimeUnit.MINUTES);
        }
    }

    private static ProcessBuilder process(List<String> command, Path answers, Path work) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("log").toFile());
        builder.environment().put("FINEXL_CACHE_LOCATION", answers.toString());
        builder.environment().put("FINEXL_JOBS_DIRECTORY", work.resolve("jobs").toString());
        return builder;
    }

    /** 0 while nobody answers. */
    private static int status(HttpRequest request) throws InterruptedException {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException _) {
            return 0;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    private static void remove(Path folder) throws IOException {
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
