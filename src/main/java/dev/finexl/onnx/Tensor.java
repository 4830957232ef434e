package dev.finexl.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Exists so that numbers reach ONNX Runtime without copies of copies: a tensor is one direct buffer that lives as long
 * as its owner wants and is filled again for every run, as an input or as the place that an output is written to.
 *
 * <p>Real numbers go in and out as {@code float}; a float16 tensor converts them on the way (round to nearest even).
 * Who allocates a tensor closes it. Not thread-safe.
 */
public final class Tensor implements AutoCloseable {

    private static final AtomicInteger LIVE = new AtomicInteger();

    private final TensorType type;
    private final long[] shape;
    private final int size;
    private final ByteBuffer bytes;
    private final OnnxTensor onnx;
    private boolean closed;

    private Tensor(TensorType type, long[] shape, ByteBuffer bytes, OnnxTensor onnx) {
        this.type = type;
        this.shape = shape;
        this.bytes = bytes;
        this.size = bytes.capacity() / type.bytes();
        this.onnx = onnx;
        LIVE.incrementAndGet();
    }

    /**
     * A tensor of zeros.
     *
     * @param shape sizes of the dimensions; none makes a scalar
     * @throws OnnxException if the tensor would exceed 2 GiB
     */
    public static Tensor allocate(OnnxRuntime runtime, TensorType type, long... shape) {
        long elements = 1;
        for (long d : shape) {
            elements = Math.multiplyExact(elements, d);
        }
        long length = Math.multiplyExact(elements, type.bytes());
        if (length > Integer.MAX_VALUE) {
            throw new OnnxException("a tensor of shape %s takes more than 2 GiB".formatted(Arrays.toString(shape)));
        }
        return over(runtime, type, ByteBuffer.allocateDirect((int) length).order(ByteOrder.nativeOrder()), shape);
    }

    /**
     * A tensor over numbers that are somewhere already.
     *
     * @param bytes direct and of native order, from 0 to its capacity; where it is read-only the tensor can only be read
     */
    static Tensor over(OnnxRuntime runtime, TensorType type, ByteBuffer bytes, long... shape) {
        try {
            OnnxTensor onnx = OnnxTensor.createTensor(runtime.environment(), bytes, shape, type.java);
            return new Tensor(type, shape.clone(), bytes, onnx);
        } catch (OrtException e) {
            throw new OnnxException("no tensor of shape %s: %s".formatted(Arrays.toString(shape), e.getMessage()), e);
        }
    }

    /** A copy of an output that ONNX Runtime has allocated. */
    static Tensor copyOf(OnnxRuntime runtime, String name, OnnxTensor output) {
        Tensor copy = allocate(runtime, type(name, output), output.getInfo().getShape());
        // On an OnnxTensor that ONNX Runtime owns this is a copy of its own; the other getters convert.
        copy.bytes.duplicate().put(output.getByteBuffer());
        return copy;
    }

    /** The element type of an output that ONNX Runtime has allocated. */
    static TensorType type(String name, OnnxTensor output) {
        TensorType type = TensorType.of(output.getInfo().type);
        if (type == null) {
            throw new OnnxException("output '%s' has the element type %s, expected float32, float16, int64 or int32"
                    .formatted(name, output.getInfo().type));
        }
        return type;
    }

    /** The bytes of some tensors together. */
    static long byteSize(Collection<Tensor> tensors) {
        long bytes = 0;
        for (Tensor tensor : tensors) {
            bytes += tensor.byteSize();
        }
        return bytes;
    }

    /** How many tensors of this process have been allocated and not closed. */
    public static int live() {
        return LIVE.get();
    }

    public TensorType type() {
        return type;
    }

    public long[] shape() {
        return shape.clone();
    }

    /** The number of elements. */
    public int size() {
        return size;
    }

    /** The bytes of all elements together. */
    long byteSize() {
        return bytes.capacity();
    }

    /** Writes {@code count} numbers of {@code source} from {@code from} on to the elements from {@code at} on. */
    public void putFloats(int at, float[] source, int from, int count) {
        switch (type) {
            case FLOAT32 -> floats().put(at, source, from, count);
            case FLOAT16 -> {
                ShortBuffer halves = bytes.asShortBuffer();
                for (int i = 0; i < count; i++) {
                    halves.put(at + i, Float.floatToFloat16(source[from + i]));
                }
            }
            case INT64, INT32 -> {
                for (int i = 0; i < count; i++) {
                    putLong(at + i, (long) source[from + i]);
                }
            }
        }
    }

    /** Reads {@code count} elements from {@code at} on into {@code target} from {@code to} on. */
    public void getFloats(int at, float[] target, int to, int count) {
        switch (type) {
            case FLOAT32 -> floats().get(at, target, to, count);
            case FLOAT16 -> {
                ShortBuffer halves = bytes.asShortBuffer();
                for (int i = 0; i < count; i++) {
                    target[to + i] = Float.float16ToFloat(halves.get(at + i));
                }
            }
            case INT64, INT32 -> throw new IllegalStateException("not a tensor of real numbers: " + type);
        }
    }

    /** All elements as an array. */
    public float[] toFloats() {
        float[] all = new float[size];
        getFloats(0, all, 0, size);
        return all;
    }

    /** Writes an integer, or a real number of that value, to one element. */
    public void putLong(int at, long value) {
        switch (type) {
            case INT64 -> bytes.putLong(at * 8, value);
            case INT32 -> bytes.putInt(at * 4, Math.toIntExact(value));
            case FLOAT32 -> bytes.putFloat(at * 4, value);
            case FLOAT16 -> bytes.putShort(at * 2, Float.floatToFloat16(value));
        }
    }

    /** Writes one number to every element; an integer tensor takes its integer part, as older exports do. */
    public void fill(double value) {
        for (int i = 0; i < size; i++) {
            switch (type) {
                case FLOAT32 -> bytes.putFloat(i * 4, (float) value);
                case FLOAT16 -> bytes.putShort(i * 2, Float.floatToFloat16((float) value));
                case INT64, INT32 -> putLong(i, (long) value);
            }
        }
    }

    private FloatBuffer floats() {
        return bytes.asFloatBuffer();
    }

    OnnxTensor onnx() {
        if (closed) {
            throw new IllegalStateException("the tensor is closed");
        }
        return onnx;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            onnx.close();
            LIVE.decrementAndGet();
        }
    }
}
