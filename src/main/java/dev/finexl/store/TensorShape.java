package dev.finexl.store;

import java.util.Arrays;
import java.util.List;

/**
 * The shape of a stored tensor, outermost dimension first, row-major; no dimensions is a scalar.
 *
 * @param dims the dimensions, each zero or more, at most {@value #MAX_RANK} of them
 */
public record TensorShape(List<Long> dims) {

    /** The most dimensions that are accepted: as many as PyTorch and NumPy allow. */
    public static final int MAX_RANK = 64;

    public TensorShape {
        dims = List.copyOf(dims);
        if (dims.size() > MAX_RANK || dims.stream().anyMatch(d -> d < 0)) {
            throw new IllegalArgumentException(
                    "a shape has at most %d dimensions, none negative: %s".formatted(MAX_RANK, dims));
        }
    }

    /** The shape with these dimensions. */
    public static TensorShape of(long... dims) {
        return new TensorShape(Arrays.stream(dims).boxed().toList());
    }

    /** The number of dimensions. */
    public int rank() {
        return dims.size();
    }

    /** One dimension, counted from 0. */
    public long dim(int index) {
        return dims.get(index);
    }

    /**
     * The number of elements: the product of the dimensions, 1 for a scalar.
     *
     * @throws ArithmeticException if it does not fit a {@code long}
     */
    public long elements() {
        long product = 1;
        for (long dim : dims) {
            product = Math.multiplyExact(product, dim);
        }
        return product;
    }

    /** The dimensions as ONNX Runtime takes them. */
    public long[] toArray() {
        return dims.stream().mapToLong(Long::longValue).toArray();
    }

    /** As in {@code [4, 320]}. */
    @Override
    public String toString() {
        return dims.toString();
    }
}
