package dev.finexl.onnx;

import ai.onnxruntime.OnnxJavaType;

/** The element types of the tensors that go in and out of the models. */
public enum TensorType {
    FLOAT32(OnnxJavaType.FLOAT, 4),
    FLOAT16(OnnxJavaType.FLOAT16, 2),
    INT64(OnnxJavaType.INT64, 8),
    INT32(OnnxJavaType.INT32, 4);

    final OnnxJavaType java;
    private final int bytes;

    TensorType(OnnxJavaType java, int bytes) {
        this.java = java;
        this.bytes = bytes;
    }

    /** The size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether the elements are real numbers, which go through {@code float} on our side. */
    public boolean isReal() {
        return this == FLOAT32 || this == FLOAT16;
    }

    /** The type of ours, or null for one that no model of ours takes or gives. */
    static TensorType of(OnnxJavaType java) {
        for (TensorType type : values()) {
            if (type.java == java) {
                return type;
            }
        }
        return null;
    }
}
