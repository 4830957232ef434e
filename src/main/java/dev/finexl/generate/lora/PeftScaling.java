package dev.finexl.generate.lora;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The scaling that PEFT's configuration states, which diffusers writes into the safetensors header and nowhere else: the
 * entry {@code lora_adapter_metadata}, JSON whose keys begin with the part, as in {@code unet.lora_alpha}.
 *
 * @see <a href="https://github.com/huggingface/peft/blob/main/src/peft/tuners/lora/config.py">PEFT's LoraConfig</a>
 */
final class PeftScaling {

    private static final String ENTRY = "lora_adapter_metadata";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String file;
    private final JsonNode configuration;

    private PeftScaling(String file, JsonNode configuration) {
        this.file = file;
        this.configuration = configuration;
    }

    /**
     * @param file how messages call the LoRA's file
     * @param metadata the safetensors header's entries
     * @throws LoraException if the configuration is there and not readable, or says that the adapter is a DoRA
     */
    static PeftScaling of(String file, Map<String, String> metadata) {
        JsonNode configuration;
        try {
            configuration = JSON.readTree(metadata.getOrDefault(ENTRY, "{}"));
        } catch (JsonProcessingException e) {
            throw new LoraException(file, "the header's entry %s is not JSON".formatted(ENTRY), e);
        }
        PeftScaling scaling = new PeftScaling(file, configuration);
        for (LoraPart part : LoraPart.values()) {
            if (scaling.flag(part, "use_dora")) {
                throw scaling.bad(
                        part.dottedPrefix() + "use_dora is true: DoRA, a magnitude besides the low-rank update");
            }
        }
        return scaling;
    }

    /** The alpha for a module: that of the first matching name under {@code alpha_pattern}, else {@code lora_alpha}. */
    OptionalDouble alpha(LoraPart part, String path) {
        JsonNode patterns = configuration.path(part.dottedPrefix() + "alpha_pattern");
        for (Map.Entry<String, JsonNode> pattern : patterns.properties()) {
            if (matches(pattern.getKey(), path)) {
                return OptionalDouble.of(number(pattern.getKey(), pattern.getValue()));
            }
        }
        String key = part.dottedPrefix() + "lora_alpha";
        JsonNode alpha = configuration.path(key);
        return alpha.isMissingNode() || alpha.isNull() ? OptionalDouble.empty() : OptionalDouble.of(number(key, alpha));
    }

    /** Whether alpha is divided by the square root of the rank instead of the rank. */
    boolean rankStabilised(LoraPart part) {
        return flag(part, "use_rslora");
    }

    /**
     * PEFT takes a name for a regular expression that the end of the path must match, after a dot. Names are all that is
     * ever written there; an expression from a stranger's file is not run.
     */
    private boolean matches(String pattern, String path) {
        if (!pattern.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_' || c == '.')) {
            throw bad("alpha_pattern '%s' is a regular expression; expected a module's name".formatted(pattern));
        }
        return path.equals(pattern) || path.endsWith("." + pattern);
    }

    private boolean flag(LoraPart part, String name) {
        return configuration.path(part.dottedPrefix() + name).asBoolean(false);
    }

    private double number(String key, JsonNode value) {
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw bad("%s is %s; expected a finite number".formatted(key, value));
        }
        return value.doubleValue();
    }

    private LoraException bad(String what) {
        return new LoraException(file, "the header's entry %s: %s".formatted(ENTRY, what));
    }
}
