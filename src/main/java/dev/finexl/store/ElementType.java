package dev.finexl.store;

/**
 * The number formats in which tensors are stored, named as safetensors names them. ONNX has the same ones under numbers.
 *
 * <p>Conversion to {@code float[]} is there for the three formats in which weights of layers come; see {@link Floats}.
 */
public enum ElementType {
    F64(64),
    F32(32),
    F16(16),
    BF16(16),
    F8_E4M3(8),
    F8_E4M3FNUZ(8),
    F8_E5M2(8),
    F8_E5M2FNUZ(8),
    F8_E8M0(8),
    I64(64),
    I32(32),
    I16(16),
    I8(8),
    I4(4),
    U64(64),
    U32(32),
    U16(16),
    U8(8),
    U4(4),
    BOOL(8);

    private final int bits;

    ElementType(int bits) {
        this.bits = bits;
    }

    /** The size of one element in bits; 4 for the formats that pack two elements into a byte. */
    public int bits() {
        return bits;
    }

    /**
     * The bytes that this many elements take; a last half-filled byte counts whole.
     *
     * @throws ArithmeticException if the number of bits does not fit a {@code long}
     */
    public long byteSize(long elements) {
        return Math.ceilDiv(Math.multiplyExact(elements, bits), Byte.SIZE);
    }
}
