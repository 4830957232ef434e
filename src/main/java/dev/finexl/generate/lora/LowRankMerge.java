package dev.finexl.generate.lora;

import dev.finexl.store.ElementType;
import dev.finexl.store.Floats;
import dev.finexl.store.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * The arithmetic of a merge: W' = W + sum over k of scale_k x left_k . right_k, for a weight as it is stored.
 *
 * <p>Everything is float32, as in PEFT; weights in float16 or bfloat16 are widened, and rounded once at the end. One row of
 * the weight is in work at a time, so that the heap holds factors, which are small, and never a weight.
 */
final class LowRankMerge {

    /**
     * One update, turned so that its product lies as the stored weight does.
     *
     * @param left [rows, rank]
     * @param right [rank, columns]
     * @param scale everything that the product is multiplied by
     */
    record Term(float[] left, float[] right, int rank, float scale) {}

    private LowRankMerge() {}

    /**
     * Computes a merged weight.
     *
     * @param base [rows, columns], at any alignment
     * @return new native memory in the same format, 64-byte aligned
     * @throws ArithmeticException if a number of the result is not finite in that format
     */
    static MemorySegment merge(ElementType type, int rows, int columns, MemorySegment base, List<Term> terms) {
        MemorySegment merged = NativeMemory.allocate(base.byteSize());
        float[] row = new float[columns];
        float[] update = new float[columns];
        for (int i = 0; i < rows; i++) {
            long first = (long) i * columns;
            Floats.load(type, base, first, row);
            for (Term term : terms) {
                product(term, i, update);
                for (int j = 0; j < columns; j++) {
                    row[j] += term.scale() * update[j];
                }
            }
            Floats.store(type, row, merged, first);
            // Read back: whether a number is finite is a question of the format it was rounded to.
            Floats.load(type, merged, first, row);
            requireFinite(row);
        }
        return merged;
    }

    /** Row {@code i} of left . right. The inner loop runs along memory, which is what the compiler vectorises. */
    private static void product(Term term, int i, float[] update) {
        Arrays.fill(update, 0);
        for (int r = 0; r < term.rank(); r++) {
            float factor = term.left()[i * term.rank() + r];
            int from = r * update.length;
            for (int j = 0; j < update.length; j++) {
                update[j] += factor * term.right()[from + j];
            }
        }
    }

    /** The transpose of a row-major matrix. */
    static float[] transposed(float[] matrix, int rows, int columns) {
        float[] turned = new float[matrix.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                turned[j * rows + i] = matrix[i * columns + j];
            }
        }
        return turned;
    }

    private static void requireFinite(float[] row) {
        for (float value : row) {
            if (!Float.isFinite(value)) {
                throw new ArithmeticException("a merged weight is " + value);
            }
        }
    }
}
