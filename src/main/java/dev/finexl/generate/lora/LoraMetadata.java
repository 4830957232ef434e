package dev.finexl.generate.lora;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import dev.finexl.store.Safetensors;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What a LoRA's trainer wrote into its header. Exists because the numbers alone do not say by which word a LoRA is called,
 * nor, where two architectures have layers of the same names, which of them it was made for.
 *
 * <p>It is a stranger's free text. What is not as expected counts as not said, and what is shown is one line of limited
 * length.
 *
 * @param title what the trainer called it; empty if it is not said
 * @param architecture the model that it was made for, in the file's own words; empty if it is not said
 * @param family the same as a known family; empty if it is not said or not known
 * @param triggers the words by which it is called, the likeliest first; none if they are not said
 */
public record LoraMetadata(String title, String architecture, Optional<LoraFamily> family, List<String> triggers) {

    /** Most characters of a trigger, and of whatever else is shown. */
    public static final int LONGEST = 200;

    private static final int LONGEST_JSON = 8 << 20;
    private static final int MOST_TRIGGERS = 16;

    private static final List<String> TITLE = List.of("modelspec.title", "ss_output_name");
    private static final List<String> ARCHITECTURE =
            List.of("modelspec.architecture", "ss_base_model_version", "base_model", "baseModel");
    private static final List<String> TRIGGERS =
            List.of("modelspec.trigger_phrase", "modelspec.trigger_word", "ss_trigger_words", "trigger_words");

    private static final Map<Pattern, LoraFamily> FAMILIES = families();

    private static Map<Pattern, LoraFamily> families() {
        Map<Pattern, LoraFamily> families = new LinkedHashMap<>();
        families.put(Pattern.compile("sdv?1.*"), LoraFamily.STABLE_DIFFUSION_1);
        families.put(Pattern.compile("sdv?2.*"), LoraFamily.STABLE_DIFFUSION_2);
        families.put(Pattern.compile("sdv?3.*"), LoraFamily.STABLE_DIFFUSION_3);
        families.put(Pattern.compile("sdxl.*"), LoraFamily.STABLE_DIFFUSION_XL);
        families.put(Pattern.compile("flux(1.*|dev|schnell)?(lora)?"), LoraFamily.FLUX);
        return families;
    }

    /**
     * Reads the header of a file alone.
     *
     * @throws dev.finexl.store.ModelFileException if there is no such file or it is no safetensors file
     */
    public static LoraMetadata read(ModelFiles files, String name) throws IOException {
        return of(Safetensors.read(files, name).metadata());
    }

    /** @param entries of {@code __metadata__} */
    static LoraMetadata of(Map<String, String> entries) {
        String architecture = first(entries, ARCHITECTURE);
        Optional<LoraFamily> family = family(architecture).or(() -> familyOfTrainer(entries));
        return new LoraMetadata(first(entries, TITLE), architecture, family, triggers(entries));
    }

    private static String first(Map<String, String> entries, List<String> keys) {
        return keys.stream()
                .map(key -> line(entries.getOrDefault(key, "")))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** A text on one line, without what could move a terminal's cursor. */
    private static String line(String text) {
        String start = text.substring(0, Math.min(text.length(), 4 * LONGEST));
        String printable = start.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\s]+", " ")
                .strip();
        return printable.substring(0, printable.offsetByCodePoints(0, Math.min(LONGEST, codePoints(printable))));
    }

    private static int codePoints(String text) {
        return text.codePointCount(0, text.length());
    }

    /** {@code stable-diffusion-xl-v1-base/lora}, {@code sdxl_base_v1-0} and {@code SDXL 1.0} are the same. */
    private static Optional<LoraFamily> family(String architecture) {
        String plain = architecture
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]", "")
                .replace("stablediffusion", "sd");
        return FAMILIES.entrySet().stream()
                .filter(known -> known.getKey().matcher(plain).matches())
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** Older trainers write nothing but how they were called. */
    private static Optional<LoraFamily> familyOfTrainer(Map<String, String> entries) {
        if (entries.getOrDefault("ss_v2", "").equalsIgnoreCase("true")) {
            return Optional.of(LoraFamily.STABLE_DIFFUSION_2);
        }
        return switch (entries.getOrDefault("ss_network_module", "")) {
            case "networks.lora_flux" -> Optional.of(LoraFamily.FLUX);
            case "networks.lora_sd3" -> Optional.of(LoraFamily.STABLE_DIFFUSION_3);
            default -> Optional.empty();
        };
    }

    private static List<String> triggers(Map<String, String> entries) {
        Set<String> triggers = new LinkedHashSet<>();
        TRIGGERS.forEach(key -> Optional.ofNullable(entries.get(key)).stream()
                .flatMap(LoraMetadata::words)
                .forEach(triggers::add));
        if (triggers.isEmpty()) {
            tagOfAll(entries).ifPresent(triggers::add);
        }
        return triggers.stream()
                .map(LoraMetadata::line)
                .filter(trigger -> !trigger.isEmpty())
                .limit(MOST_TRIGGERS)
                .toList();
    }

    /** One phrase, or a JSON list of them. */
    private static Stream<String> words(String text) {
        return text.startsWith("[")
                ? json(text).stream().flatMap(LoraMetadata::children).map(JsonNode::asText)
                : Stream.of(text);
    }

    private static Stream<JsonNode> children(JsonNode node) {
        return StreamSupport.stream(node.spliterator(), false);
    }

    /** A tag that stood with every picture of the training set, the first if there are several, is what it was taught as. */
    private static Optional<String> tagOfAll(Map<String, String> entries) {
        Optional<JsonNode> folders = json(entries.getOrDefault("ss_dataset_dirs", ""));
        Optional<JsonNode> tags = json(entries.getOrDefault("ss_tag_frequency", ""));
        if (folders.isEmpty() || tags.isEmpty()) {
            return Optional.empty();
        }
        long pictures = children(folders.get())
                .mapToLong(folder -> folder.path("img_count").asLong())
                .sum();
        Map<String, Long> counts = new LinkedHashMap<>();
        children(tags.get())
                .forEach(folder -> folder.properties()
                        .forEach(tag -> counts.merge(
                                tag.getKey().strip(), tag.getValue().asLong(), Long::sum)));
        return counts.entrySet().stream()
                .filter(tag -> pictures > 0 && tag.getValue() == pictures)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static Optional<JsonNode> json(String text) {
        if (text.isEmpty() || text.length() > LONGEST_JSON) {
            return Optional.empty();
        }
        try {
            return Optional.of(ModelJson.MAPPER.readTree(text));
        } catch (JsonProcessingException notJson) {
            return Optional.empty();
        }
    }
}
