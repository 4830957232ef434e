package dev.finexl.generate.lora;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** A family of models as LoRA files know it: by the names of its layers. */
public enum LoraFamily {
    STABLE_DIFFUSION_1("Stable Diffusion 1", OriginalNames::unet),
    STABLE_DIFFUSION_2("Stable Diffusion 2", OriginalNames::unet),
    STABLE_DIFFUSION_XL("Stable Diffusion XL", OriginalNames::unet),
    STABLE_DIFFUSION_3("Stable Diffusion 3", OriginalNames::stableDiffusion3),
    FLUX("Flux", OriginalNames::flux);

    private final String label;
    private final Function<Set<String>, Map<String, List<String>>> originalNames;

    LoraFamily(String label, Function<Set<String>, Map<String, List<String>>> originalNames) {
        this.label = label;
        this.originalNames = originalNames;
    }

    /** For people. */
    public String label() {
        return label;
    }

    /**
     * The part that a key means where it calls it by this one: trainers call the denoiser {@code unet} whatever it is, and T5
     * the third text encoder also where it is the second.
     */
    LoraPart part(LoraPart named) {
        boolean transformer = this == STABLE_DIFFUSION_3 || this == FLUX;
        return switch (named) {
            case UNET -> transformer ? LoraPart.TRANSFORMER : named;
            case TEXT_ENCODER_3 -> this == FLUX ? LoraPart.TEXT_ENCODER_2 : named;
            default -> named;
        };
    }

    /**
     * The original names of a part's layers, dotted, with diffusers' names of what they consist of.
     *
     * @param paths diffusers' names of all layers of the part
     */
    Map<String, List<String>> originalNames(LoraPart part, Set<String> paths) {
        return part == LoraPart.UNET || part == LoraPart.TRANSFORMER ? originalNames.apply(paths) : Map.of();
    }
}
