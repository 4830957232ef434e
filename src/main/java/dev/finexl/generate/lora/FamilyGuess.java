package dev.finexl.generate.lora;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Guesses which family a LoRA was made for, so that the error says so when it does not fit: the first key that finds no layer
 * tells nobody that the whole file is for another model. Only layers count that no other family has, and the widths of the text
 * encoders that the published models attend to; where none of them is there, what the file's header says.
 */
final class FamilyGuess {

    private static final Pattern FLUX =
            Pattern.compile("(single_transformer_blocks|double_blocks|single_blocks)[._].*");
    private static final Pattern SD3 = Pattern.compile("joint_blocks[._].*");
    private static final Pattern DEEP = Pattern.compile(".*\\d[._]transformer_blocks[._][1-9].*");
    private static final Pattern CROSS = Pattern.compile(".*[._]attn2[._]to_[kv]");

    private FamilyGuess() {}

    /** @return empty if nothing in the file tells */
    static Optional<LoraFamily> of(LoraFile file) {
        return file.modules().stream()
                .map(FamilyGuess::of)
                .flatMap(Optional::stream)
                .findFirst()
                .or(() -> file.metadata().family());
    }

    private static Optional<LoraFamily> of(LoraModule module) {
        String path = module.path().text();
        boolean denoiser = module.part() == LoraPart.UNET || module.part() == LoraPart.TRANSFORMER;
        if (!denoiser) {
            return Optional.empty();
        }
        if (FLUX.matcher(path).matches()) {
            return Optional.of(LoraFamily.FLUX);
        }
        if (SD3.matcher(path).matches()) {
            return Optional.of(LoraFamily.STABLE_DIFFUSION_3);
        }
        if (DEEP.matcher(path).matches()) {
            return Optional.of(LoraFamily.STABLE_DIFFUSION_XL);
        }
        if (CROSS.matcher(path).matches()) {
            return switch ((int) module.down().shape().dim(1)) {
                case 768 -> Optional.of(LoraFamily.STABLE_DIFFUSION_1);
                case 1024 -> Optional.of(LoraFamily.STABLE_DIFFUSION_2);
                case 2048 -> Optional.of(LoraFamily.STABLE_DIFFUSION_XL);
                default -> Optional.empty();
            };
        }
        return Optional.empty();
    }
}
