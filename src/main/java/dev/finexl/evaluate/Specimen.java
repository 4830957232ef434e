package dev.finexl.evaluate;

import java.nio.file.Path;
import java.util.List;

/**
 * One personalisation of a zoo.
 *
 * @param name of its folder
 * @param truth what it was made to change
 * @param form what of it there is
 */
record Specimen(String name, Truth truth, Form form) {

    /** In what form a personalisation comes. */
    sealed interface Form {}

    /** LoRAs of the base, applied together. */
    record Loras(List<Weighted> loras) implements Form {}

    /** A LoRA and how strongly it is applied. */
    record Weighted(Path file, double weight) {}

    /** A whole model. */
    record Model(Path folder) implements Form {}

    /** Pictures of both sides, paired by file name. */
    record Pictures(Path base, Path personalized) implements Form {}

    boolean isLora() {
        return form instanceof Loras;
    }
}
