package dev.finexl.onnx;

import dev.finexl.store.ElementType;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a value of a graph before it runs.
 *
 * @param shape its dimensions
 * @param integers its elements, if it is a single whole number or a list of a few
 * @param fill the number that all its elements are, if they are float32 and one
 */
record Known(Optional<List<Dim>> shape, Optional<Integers> integers, Optional<Float> fill) {

    /** Lists that are longer are no shapes, and nothing is known of their elements. */
    static final int FEW = 64;

    static final Known NOTHING = new Known(Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * Elements in order.
     *
     * @param type int64, or bool with 0 and 1
     */
    record Integers(ElementType type, List<Dim> values) {

        Integers {
            values = List.copyOf(values);
        }
    }

    static Known ofShape(List<Dim> shape) {
        return new Known(Optional.of(List.copyOf(shape)), Optional.empty(), Optional.empty());
    }

    /** A single whole number, without dimensions. */
    static Known ofInteger(Dim value) {
        return ofShape(List.of()).with(new Integers(ElementType.I64, List.of(value)));
    }

    /** A list of whole numbers. */
    static Known ofIntegers(List<Dim> values) {
        return ofShape(List.of(Dim.of(values.size()))).with(new Integers(ElementType.I64, values));
    }

    Known with(Integers elements) {
        return new Known(shape, Optional.of(elements), fill);
    }

    Known filledWith(float number) {
        return new Known(shape, integers, Optional.of(number));
    }

    /** The elements, if they are known to be of int64. */
    Optional<List<Dim>> int64() {
        return integers.filter(known -> known.type() == ElementType.I64).map(Integers::values);
    }
}
