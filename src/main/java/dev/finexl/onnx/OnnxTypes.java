package dev.finexl.onnx;

import ai.onnxruntime.OnnxJavaType;
import dev.finexl.store.ElementType;
import java.util.Optional;
import java.util.stream.IntStream;

/** The number formats as ONNX files number them ({@code TensorProto.DataType}) and as ONNX Runtime's Java API names them. */
final class OnnxTypes {

    /** The highest number that names a format here. */
    private static final int LAST = 24;

    private OnnxTypes() {}

    /** The format with a number of {@code TensorProto.DataType}; empty for text, complex numbers and unknown ones. */
    static Optional<ElementType> ofNumber(long number) {
        return Optional.ofNullable(
                switch (Math.clamp(number, 0, Integer.MAX_VALUE)) {
                    case 1 -> ElementType.F32;
                    case 2 -> ElementType.U8;
                    case 3 -> ElementType.I8;
                    case 4 -> ElementType.U16;
                    case 5 -> ElementType.I16;
                    case 6 -> ElementType.I32;
                    case 7 -> ElementType.I64;
                    case 9 -> ElementType.BOOL;
                    case 10 -> ElementType.F16;
                    case 11 -> ElementType.F64;
                    case 12 -> ElementType.U32;
                    case 13 -> ElementType.U64;
                    case 16 -> ElementType.BF16;
                    case 17 -> ElementType.F8_E4M3;
                    case 18 -> ElementType.F8_E4M3FNUZ;
                    case 19 -> ElementType.F8_E5M2;
                    case 20 -> ElementType.F8_E5M2FNUZ;
                    case 21 -> ElementType.U4;
                    case 22 -> ElementType.I4;
                    case 24 -> ElementType.F8_E8M0;
                    default -> null;
                });
    }

    /** The number of a format in {@code TensorProto.DataType}. */
    static int number(ElementType type) {
        return IntStream.rangeClosed(1, LAST)
                .filter(number -> ofNumber(number).filter(type::equals).isPresent())
                .findFirst()
                .orElseThrow();
    }

    /** How the Java API calls the format; empty for those of which it cannot make a tensor. */
    static Optional<OnnxJavaType> inJava(ElementType type) {
        return Optional.ofNullable(
                switch (type) {
                    case F32 -> OnnxJavaType.FLOAT;
                    case F64 -> OnnxJavaType.DOUBLE;
                    case F16 -> OnnxJavaType.FLOAT16;
                    case BF16 -> OnnxJavaType.BFLOAT16;
                    case I64 -> OnnxJavaType.INT64;
                    case I32 -> OnnxJavaType.INT32;
                    case I16 -> OnnxJavaType.INT16;
                    case I8 -> OnnxJavaType.INT8;
                    case U8 -> OnnxJavaType.UINT8;
                    case BOOL -> OnnxJavaType.BOOL;
                    case F8_E4M3, F8_E4M3FNUZ, F8_E5M2, F8_E5M2FNUZ, F8_E8M0, I4, U64, U32, U16, U4 -> null;
                });
    }
}
