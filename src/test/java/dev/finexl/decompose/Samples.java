package dev.finexl.decompose;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;

/** Random matrices and vectors, and what tests do with them. */
final class Samples {

    private Samples() {}

    /** Independent standard normal elements. */
    static DMatrixRMaj normal(int rows, int columns, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        DMatrixRMaj matrix = new DMatrixRMaj(rows, columns);
        Arrays.setAll(matrix.data, i -> random.nextGaussian());
        return matrix;
    }

    static double[] normal(int length, long seed) {
        return normal(1, length, seed).data;
    }

    /** Directions that share a common part, as text directions do: non-negative sums of them cannot cancel. */
    static DMatrixRMaj directions(int concepts, int dimensions, long seed) {
        DMatrixRMaj directions = normal(concepts, dimensions, seed);
        double[] common = normal(dimensions, ~seed);
        Arrays.setAll(directions.data, i -> directions.data[i] + common[i % dimensions]);
        return directions;
    }

    /** Rows {@code centre + spread · normal}. */
    static DMatrixRMaj around(double[] centre, double spread, int rows, long seed) {
        DMatrixRMaj matrix = normal(rows, centre.length, seed);
        Arrays.setAll(matrix.data, i -> centre[i % centre.length] + spread * matrix.data[i]);
        return matrix;
    }

    static int[] permutation(int length, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] order = IntStream.range(0, length).toArray();
        for (int i = length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        return order;
    }

    /** The matrix whose row i is row {@code order[i]} of the given one. */
    static DMatrixRMaj rows(DMatrixRMaj matrix, int... order) {
        DMatrixRMaj rows = new DMatrixRMaj(order.length, matrix.numCols);
        for (int i = 0; i < order.length; i++) {
            System.arraycopy(matrix.data, order[i] * matrix.numCols, rows.data, i * matrix.numCols, matrix.numCols);
        }
        return rows;
    }

    static double[] elements(double[] vector, int... order) {
        return IntStream.of(order).mapToDouble(i -> vector[i]).toArray();
    }

    static double[] scaled(double[] vector, double factor) {
        return Arrays.stream(vector).map(x -> factor * x).toArray();
    }

    static DMatrixRMaj scaled(DMatrixRMaj matrix, double factor) {
        return new DMatrixRMaj(matrix.numRows, matrix.numCols, true, scaled(matrix.data, factor));
    }
}
