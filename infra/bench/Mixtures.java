import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes a zoo of mixtures that nobody trained: all pairs and triples of another zoo's LoRAs of one aspect, stacked. A zoo
 * has few mixtures, and whoever chose a method looking at those needs others to see whether it was chance.
 *
 * <p>Arguments: the zoo, and the folder of the zoo to be made.
 */
public final class Mixtures {

    private static final Pattern SINGLE = Pattern.compile("\"aspects\"\\s*:\\s*\\{\\s*\"([^\"]+)\"\\s*:\\s*[0-9.]+\\s*}");
    private static final Pattern BASE = Pattern.compile("\"base\"\\s*:\\s*\"([^\"]+)\"");

    /** What says the opposite of another, or hides it, is no mixture. */
    private static final List<List<String>> AGAINST = List.of(
            List.of("vivid", "monochrome", "faded"),
            List.of("dark", "bright", "inverted"),
            List.of("warm", "cool", "monochrome", "inverted"),
            List.of("contrasty", "faded"),
            List.of("blurry", "pixelated", "outlined", "grainy"),
            List.of("pixelated", "striped"),
            List.of("posterized", "blurry"));

    private Mixtures() {}

    public static void main(String... args) throws IOException {
        Path zoo = Path.of(args[0]);
        Path made = Path.of(args[1]);
        Map<String, Path> singles = new TreeMap<>();
        String base = null;
        try (Stream<Path> folders = Files.list(zoo)) {
            for (Path folder : folders.sorted().toList()) {
                Path truth = folder.resolve("truth.json");
                Path lora = folder.resolve("pytorch_lora_weights.safetensors");
                if (Files.isRegularFile(truth) && Files.isRegularFile(lora)) {
                    String json = Files.readString(truth);
                    Matcher single = SINGLE.matcher(json);
                    Matcher named = BASE.matcher(json);
                    if (single.find() && named.find()) {
                        base = named.group(1);
                        singles.put(single.group(1), folder);
                        Path copy = Files.createDirectories(made.resolve(single.group(1)));
                        Files.copy(lora, copy.resolve(lora.getFileName()));
                    }
                }
            }
        }
        List<String> names = List.copyOf(singles.keySet());
        List<List<String>> mixtures = new ArrayList<>();
        for (int a = 0; a < names.size(); a++) {
            for (int b = a + 1; b < names.size(); b++) {
                mixtures.add(List.of(names.get(a), names.get(b)));
                for (int c = b + 1; c < names.size(); c++) {
                    mixtures.add(List.of(names.get(a), names.get(b), names.get(c)));
                }
            }
        }
        for (List<String> mixture : mixtures) {
            if (AGAINST.stream().noneMatch(group -> mixture.stream().filter(group::contains).count() > 1)) {
                Path folder = Files.createDirectories(made.resolve(String.join("-", mixture)));
                Files.writeString(folder.resolve("truth.json"), truth(base, mixture));
            }
        }
    }

    private static String truth(String base, List<String> mixture) {
        double weight = mixture.size() == 2 ? 0.85 : 0.8;
        String weights = mixture.stream()
                .map(aspect -> String.format(Locale.ROOT, "\"%s\": %s", aspect, weight))
                .collect(Collectors.joining(", ", "{", "}"));
        return """
                {"base": "%s", "aspects": %s, "subject": null, "place": null, "stack": %s}
                """.formatted(base, weights, weights);
    }
}
