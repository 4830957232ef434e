package dev.finexl.generate.lora;

/**
 * A LoRA and how strongly it is applied.
 *
 * @param file the LoRA
 * @param weight any finite number; 1 as trained, 0 not at all, negative the opposite
 */
public record WeightedLora(LoraFile file, double weight) {

    public WeightedLora {
        if (!Double.isFinite(weight)) {
            throw new LoraException(file.name(), "weight %s; expected a finite number".formatted(weight));
        }
    }
}
