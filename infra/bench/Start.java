import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Prints how long it takes from the start of the process until the server is ready, and until the first explanation of the
 * bundled LoRA is there, for each way in which the program is packaged, with empty caches and with those that `prime` has
 * filled; the processor time until it was ready, which others on the machine change least; and the most memory that the process had
 * resident. The ways take turns; every number is a median; compare only numbers of the same run.
 */
final class Start {

    private static final String REQUEST = "{\"base\": \"mini-diffusion\", \"loras\": [{\"model\": \"vivid\"}]}";

    private Start() {}

    /**
     * One start.
     *
     * @param ready seconds from the start of the process
     * @param processor seconds of all its threads until it was ready
     * @param explained seconds from the start of the process
     * @param peak bytes resident at most; 0 where there is no {@code /proc}
     */
    private record Times(double ready, double processor, double explained, long peak) {}

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
            Path cache = work.resolve("primed");
            prime(ways.values().iterator().next(), cache, work);
            for (int round = 0; round < rounds; round++) {
                for (Map.Entry<String, List<String>> way : ways.entrySet()) {
                    Path fresh = work.resolve("empty-" + way.getKey() + round);
                    empty.computeIfAbsent(way.getKey(), _ -> new ArrayList<>()).add(run(way.getValue(), fresh, work));
                    Path copy = work.resolve("primed-" + way.getKey() + round);
                    copy(cache, copy);
                    primed.computeIfAbsent(way.getKey(), _ -> new ArrayList<>()).add(run(way.getValue(), copy, work));
                }
            }
        } finally {
            Service.remove(work);
        }
        print(ways.keySet().stream().toList(), empty, primed, Path.of(args[1]));
    }

    private static void print(
            List<String> ways, Map<String, List<Times>> empty, Map<String, List<Times>> primed, Path json)
            throws IOException {
        System.out.printf(
                "%-10s %14s %8s %15s %8s %11s %17s %18s %10s%n",
                "",
                "ready, empty",
                "ratio",
                "ready, primed",
                "ratio",
                "processor",
                "explained, empty",
                "explained, primed",
                "peak");
        List<String> lines = new ArrayList<>();
        // Of the first way, without anything kept: what all others are compared with.
        double plain = median(empty.get(ways.getFirst()), Times::ready);
        for (String way : ways) {
            double readyEmpty = median(empty.get(way), Times::ready);
            double readyPrimed = median(primed.get(way), Times::ready);
            double processor = median(primed.get(way), Times::processor);
            double explainedEmpty = median(empty.get(way), Times::explained);
            double explainedPrimed = median(primed.get(way), Times::explained);
            double peak = median(empty.get(way), Times::peak) / (1 << 20);
            System.out.printf(
                    Locale.ROOT,
                    "%-10s %12.2f s %8.2f %13.2f s %8.2f %9.2f s %15.2f s %16.2f s %7.0f MB%n",
                    way,
                    readyEmpty,
                    readyEmpty / plain,
                    readyPrimed,
                    readyPrimed / plain,
                    processor,
                    explainedEmpty,
                    explainedPrimed,
                    peak);
            lines.add(String.format(
                    Locale.ROOT,
                    "  \"%s\": {\"readyEmpty\": %.3f, \"readyPrimed\": %.3f, \"readyRatio\": %.3f, \"processor\": %.3f,"
                            + " \"explainedEmpty\": %.3f, \"explainedPrimed\": %.3f, \"peakMegabytes\": %.0f}",
                    way,
                    readyEmpty,
                    readyPrimed,
                    readyPrimed / plain,
                    processor,
                    explainedEmpty,
                    explainedPrimed,
                    peak));
        }
        Files.writeString(json, "{\n" + String.join(",\n", lines) + "\n}\n");
    }

    private static void prime(List<String> way, Path cache, Path work) throws Exception {
        List<String> command = new ArrayList<>(way);
        command.addAll(List.of("prime", "--base", "mini-diffusion"));
        Process process = Service.process(command, cache, work).start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("prime fails: " + Files.readString(work.resolve("log")));
        }
    }

    private static Times run(List<String> command, Path cache, Path work) throws Exception {
        long start = System.nanoTime();
        try (Service service = Service.start(command, cache, work)) {
            double ready = (System.nanoTime() - start) / 1e9;
            double processor = service.processorSeconds();
            int status = service.status(service.explain(REQUEST));
            if (status != 200) {
                throw new IllegalStateException("POST /explain answers " + status);
            }
            return new Times(ready, processor, (System.nanoTime() - start) / 1e9, service.memory("VmHWM"));
        }
    }

    private static double median(List<Times> times, ToDoubleFunction<Times> number) {
        return Median.of(times.stream().mapToDouble(number));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                // As the layer of an image keeps it: what was checked is known by when it was written.
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
