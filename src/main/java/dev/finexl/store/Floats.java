package dev.finexl.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Set;

/**
 * Stored floating-point numbers to {@code float} and back.
 *
 * <p>Weights come as float32, float16 or bfloat16, little-endian, at any address. Widening to float32 is exact; storing
 * rounds to nearest, ties to even, as PyTorch does, and turns what is too large into an infinity.
 */
public final class Floats {

    private static final Set<ElementType> CONVERTIBLE = EnumSet.of(ElementType.F32, ElementType.F16, ElementType.BF16);

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Floats() {}

    /** Whether this class converts the format: F32, F16 and BF16. */
    public static boolean convertible(ElementType type) {
        return CONVERTIBLE.contains(type);
    }

    /**
     * Reads consecutive elements.
     *
     * @param from the first element's index in {@code source}
     * @param target is filled from its start to its end
     * @throws IllegalArgumentException for a format that is not {@link #convertible}
     */
    public static void load(ElementType type, MemorySegment source, long from, float[] target) {
        long offset = type.byteSize(from);
        switch (type) {
            case F32 -> MemorySegment.copy(source, FLOAT, offset, target, 0, target.length);
            case F16 -> {
                for (int i = 0; i < target.length; i++) {
                    target[i] = Float.float16ToFloat(source.get(SHORT, offset + 2L * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < target.length; i++) {
                    target[i] = Float.intBitsToFloat(source.get(SHORT, offset + 2L * i) << Short.SIZE);
                }
            }
            default -> throw notConvertible(type);
        }
    }

    /**
     * Writes consecutive elements.
     *
     * @param to the first element's index in {@code target}
     * @throws IllegalArgumentException for a format that is not {@link #convertible}
     */
    public static void store(ElementType type, float[] source, MemorySegment target, long to) {
        long offset = type.byteSize(to);
        switch (type) {
            case F32 -> MemorySegment.copy(source, 0, target, FLOAT, offset, source.length);
            case F16 -> {
                for (int i = 0; i < source.length; i++) {
                    target.set(SHORT, offset + 2L * i, Float.floatToFloat16(source[i]));
                }
            }
            case BF16 -> {
                for (int i = 0; i < source.length; i++) {
                    target.set(SHORT, offset + 2L * i, toBfloat16(source[i]));
                }
            }
            default -> throw notConvertible(type);
        }
    }

    /** The upper half of a float32, rounded to nearest even; a NaN stays one though its lower half is lost. */
    static short toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> Short.SIZE | 0x40);
        }
        int lowestKeptBit = bits >>> Short.SIZE & 1;
        return (short) (bits + 0x7fff + lowestKeptBit >>> Short.SIZE);
    }

    private static IllegalArgumentException notConvertible(ElementType type) {
        return new IllegalArgumentException("%s is not one of %s".formatted(type, CONVERTIBLE));
    }
}
