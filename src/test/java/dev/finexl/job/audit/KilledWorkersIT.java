package dev.finexl.job.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.PackagedProgram;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.Transfer;
import dev.finexl.store.s3.CacheSettings;
import dev.finexl.store.s3.S3AllowList;
import dev.finexl.store.s3.S3Connection;
import dev.finexl.store.s3.S3Models;
import dev.finexl.store.s3.StorageServer;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers, which are processes, are killed in the middle of their work, over and over. Whatever they leave behind, every
 * upload ends with the result that it would have had, and the queue is empty then.
 */
class KilledWorkersIT {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int WORKERS = 2;
    private static final int UPLOADS = 4;

    /** For each upload, so that there are 20. */
    private static final List<Moment> KILLS =
            List.of(Moment.DOWNLOAD, Moment.DOWNLOAD, Moment.SAMPLING, Moment.BEFORE_WRITING, Moment.AFTER_WRITING);

    private enum Moment {
        DOWNLOAD,
        SAMPLING,
        BEFORE_WRITING,
        AFTER_WRITING
    }

    @TempDir
    private Path folder;

    /** Kills the worker that has an upload, when its turn and its moment have come. */
    private static final class Killer implements StorageRelay.Intervention, AutoCloseable {

        private final Map<String, Deque<Moment>> plans = new ConcurrentHashMap<>();
        private final Map<String, Process> holders = new ConcurrentHashMap<>();
        private final Random random = new Random(20);
        private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
        private final AtomicInteger kills = new AtomicInteger();
        private final AtomicInteger downloads = new AtomicInteger();

        @Override
        public boolean before(String method, String path) {
            if (method.equals("GET") && path.startsWith("/models/") && path.endsWith(".safetensors")) {
                downloads.incrementAndGet();
            }
            if (method.equals("HEAD") && path.startsWith("/models/")) {
                // Every run looks whether its model has changed, and then takes a second or more.
                later.schedule(() -> strikes(path, Moment.SAMPLING), random.nextInt(50, 800), TimeUnit.MILLISECONDS);
            }
            return !(method.equals("PUT") && strikes(path, Moment.BEFORE_WRITING));
        }

        @Override
        public double fraction() {
            return random.nextDouble();
        }

        @Override
        public boolean during(String method, String path) {
            return !(method.equals("GET") && path.endsWith(".safetensors") && strikes(path, Moment.DOWNLOAD));
        }

        @Override
        public boolean answered(String method, String path) {
            return !(method.equals("PUT") && strikes(path, Moment.AFTER_WRITING));
        }

        private static String name(String path) {
            return path.replaceFirst(".*/(upload-[0-9]+)[.]safetensors.*", "$1");
        }

        /** Kills who has the upload, if this moment is the next that is planned for it. */
        private synchronized boolean strikes(String path, Moment moment) {
            String name = name(path);
            Deque<Moment> plan = plans.get(name);
            Process holder = holders.get(name);
            if (plan == null || plan.peek() != moment || holder == null || !holder.isAlive()) {
                return false;
            }
            plan.remove();
            holders.remove(name);
            holder.destroyForcibly();
            kills.incrementAndGet();
            return true;
        }

        @Override
        public void close() {
            later.shutdownNow();
        }
    }

    @Test
    void everyAuditEndsWithAValidResult() throws Exception {
        try (StorageServer storage = new StorageServer();
                Killer killer = new Killer();
                StorageRelay relay = new StorageRelay(storage.endpoint(), killer)) {
            storage.bucket("models");
            storage.bucket("results");
            Uploads uploads = new Uploads(storage, "models");
            RedeliveringQueue queue = new RedeliveringQueue(Duration.ofSeconds(2));
            Map<String, String> aspects = new LinkedHashMap<>();
            List<Deque<Moment>> plans = Stream.generate(() -> (Deque<Moment>) new ArrayDeque<>(KILLS))
                    .limit(UPLOADS)
                    .toList();
            // A run that was over before its moment came leaves a rest of its plan, which another upload takes over.
            while (!plans.isEmpty()) {
                for (Deque<Moment> plan : plans) {
                    String name = "upload-" + aspects.size();
                    String lora = aspects.size() % 2 == 0 ? "vivid" : "pixelated";
                    aspects.put(name, lora);
                    killer.plans.put(name, plan);
                    queue.send(uploads.notified("in/%s.safetensors".formatted(name), Uploads.lora(lora)));
                }
                drain(queue, relay, killer);
                plans = plans.stream().filter(plan -> !plan.isEmpty()).toList();
            }
            assertThat(queue.size()).isZero();
            assertThat(killer.kills).hasValue(UPLOADS * KILLS.size());
            assertResults(storage, aspects);
            assertCache(storage, relay, killer, aspects);
        }
    }

    private void drain(RedeliveringQueue queue, StorageRelay relay, Killer killer) throws Exception {
        Callable<Void> worker = () -> work(queue, relay, killer);
        try (ExecutorService threads = Executors.newFixedThreadPool(WORKERS)) {
            for (Future<Void> done : threads.invokeAll(Collections.nCopies(WORKERS, worker))) {
                done.get();
            }
        }
    }

    private Void work(RedeliveringQueue queue, StorageRelay relay, Killer killer) throws Exception {
        Process process = null;
        try {
            for (ObjectNode event = queue.receive(1); event != null; event = queue.receive(1)) {
                if (process == null || !process.isAlive()) {
                    process = start(relay);
                }
                String name = name(event);
                // It may be here for the second time while the first worker is alive and at it: that one holds it.
                killer.holders.putIfAbsent(name, process);
                JsonNode answer = ask(process, event);
                killer.holders.remove(name, process);
                if (answer != null) {
                    queue.settle(event, answer);
                } else {
                    // Not settled: the queue delivers it again when it has been out of sight for long enough.
                    process.waitFor();
                }
            }
            return null;
        } finally {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }

    private static String name(ObjectNode message) throws IOException {
        JsonNode upload = MAPPER.readTree(message.at("/Records/0/body").asText());
        return Killer.name(
                URLDecoder.decode(upload.at("/Records/0/s3/object/key").asText(), StandardCharsets.UTF_8));
    }

    /** Null if the worker is dead before it has answered. */
    private static JsonNode ask(Process process, ObjectNode event) {
        try {
            BufferedWriter in = process.outputWriter();
            in.write(event.toString());
            in.newLine();
            in.flush();
            BufferedReader out = process.inputReader();
            String line = out.readLine();
            return line == null ? null : MAPPER.readTree(line);
        } catch (IOException killed) {
            return null;
        }
    }

    private Process start(StorageRelay relay) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(PackagedProgram.command(
                        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), "audit", "--events", "-"))
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("errors").toFile()));
        builder.environment()
                .putAll(Map.ofEntries(
                        Map.entry("AWS_ACCESS_KEY_ID", "test"),
                        Map.entry("AWS_SECRET_ACCESS_KEY", "test"),
                        Map.entry("FINEXL_ONNX_THREADS", "1"),
                        Map.entry("FINEXL_STORAGE_ENDPOINT", relay.endpoint().toString()),
                        Map.entry("FINEXL_STORAGE_PATH_STYLE", "true"),
                        Map.entry(
                                "FINEXL_STORAGE_CACHE", folder.resolve("cache").toString()),
                        Map.entry("FINEXL_STORAGE_PART_SIZE", "64K"),
                        Map.entry("FINEXL_RESULTS_LOCATION", "s3://results/kept"),
                        Map.entry("FINEXL_AUDITS_WATCHED", "s3://models/in"),
                        Map.entry(
                                "FINEXL_AUDITS_REQUEST", "{\"base\": \"mini-diffusion\", \"images\": 8, \"steps\": 4}"),
                        Map.entry("FINEXL_AUDITS_LEASE", "1s"),
                        Map.entry(
                                "FINEXL_AUDITS_RECORDS_LOCATION",
                                folder.resolve("records").toString())));
        return builder.start();
    }

    private static void assertResults(StorageServer storage, Map<String, String> aspects) throws IOException {
        List<String> keys = storage.client().listObjectsV2(r -> r.bucket("results")).contents().stream()
                .map(object -> object.key())
                .filter(key -> key.endsWith(".json"))
                .toList();
        assertThat(keys).hasSize(aspects.size());
        int attempts = 0;
        for (String key : keys) {
            JsonNode result = MAPPER.readTree(storage.client()
                    .getObjectAsBytes(r -> r.bucket("results").key(key))
                    .asByteArray());
            assertThat(result.get("status").asText()).isEqualTo("succeeded");
            attempts += result.get("attempt").asInt();
            assertThat(result.at("/explanation/aspects/0/name").asText()).isEqualTo(aspects.get(Killer.name(key)));
        }
        assertThat(attempts).isGreaterThanOrEqualTo(UPLOADS * KILLS.size());
    }

    /** What is in the cache is what was uploaded, and nothing of it has to be got again. */
    private void assertCache(StorageServer storage, StorageRelay relay, Killer killer, Map<String, String> aspects)
            throws IOException {
        System.setProperty("aws.accessKeyId", "test");
        System.setProperty("aws.secretAccessKey", "test");
        int downloads = killer.downloads.get();
        try (S3Connection connection = new S3Connection(StorageServer.settings(relay.endpoint()))) {
            S3Models models = new S3Models(
                    connection,
                    S3AllowList.parse(List.of("s3://models")),
                    new CacheSettings(folder.resolve("cache"), 1L << 30, 1, 1 << 16, 0));
            for (Map.Entry<String, String> upload : aspects.entrySet()) {
                CatalogueEntry entry =
                        models.find("s3://models/in/%s.safetensors".formatted(upload.getKey()), Transfer.UNHEARD);
                byte[] lora = Uploads.lora(upload.getValue());
                assertThat(entry.files().read(entry.file(), lora.length + 1)).isEqualTo(lora);
            }
        }
        assertThat(killer.downloads).hasValue(downloads);
    }
}
