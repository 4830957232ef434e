package dev.finexl.decompose;

import java.util.Arrays;

/**
 * The least-squares problem over the active columns, kept solved while columns come and go.
 *
 * <p>Why it exists: an active-set method changes one column at a time, and to factorise anew costs p²d where an update
 * costs pd. It keeps the thin factorisation A_P = QR of the p active columns, the coordinates z = Qᵀb of the right-hand
 * side and the residual b − QQᵀb. Columns are appended by Gram–Schmidt with reorthogonalisation and removed by Givens
 * rotations, as in Daniel, Gragg, Kaufman and Stewart, "Reorthogonalization and stable algorithms for updating the
 * Gram–Schmidt QR factorization", Math. Comp. 30 (1976).
 */
final class ActiveColumns {

    /**
     * A column whose distance from the span of the active ones is less than this share of its length counts as
     * dependent on them. Its gradient is at most this share of its length times the residual, which is zero within
     * {@link Nnls#TOLERANCE}.
     */
    private static final double DEPENDENT = 1e-12;

    /**
     * Below this share of its length after projection a vector is projected again ("twice is enough", Kahan). Rutishauser's
     * choice, one digit, in place of the usual √½: with 10 000 isotropic directions half of the columns are within that of the
     * span, and the answer is as exact, since the last residual is computed from the weights.
     */
    private static final double REORTHOGONALISE = 0.1;

    /** Vectors that are looked at together. */
    private static final int BLOCK = 4;

    private final int d;
    private final int capacity;
    private final double[] target;
    private final int[] columns;
    private final double[] residual;
    private final double[] work;
    private final double[] coordinates;
    private final double[] correction;
    private final double[] z;

    /** The orthonormal vectors, of length d each. What is beyond {@code size} is there to be used again. */
    private final double[][] q;

    /** The columns of R: the k-th has k + 1 entries, and perhaps more that do not count. */
    private final double[][] r;

    private int size;

    /**
     * @param target the right-hand side b, of length d; not copied, must not change
     * @param concepts the number of columns there are to choose from
     */
    ActiveColumns(double[] target, int concepts) {
        this.target = target;
        d = target.length;
        capacity = Math.min(d, concepts);
        columns = new int[capacity];
        residual = target.clone();
        work = new double[d];
        coordinates = new double[capacity];
        correction = new double[capacity];
        z = new double[capacity];
        q = new double[capacity][];
        r = new double[capacity][];
    }

    /** The number p of active columns. */
    int size() {
        return size;
    }

    /** The number of the column in a slot, {@code 0 <= slot < size()}. Slots are in the order of arrival. */
    int column(int slot) {
        return columns[slot];
    }

    /** The column numbers by slot; only the first {@code size()} count. Not a copy. */
    int[] columns() {
        return columns;
    }

    /** b minus its projection on the active columns, of length d. Not a copy. */
    double[] residual() {
        return residual;
    }

    /**
     * Makes a column active, in a new last slot.
     *
     * @param column its number
     * @param a the row-major matrix whose row {@code column} holds it
     * @return false, with nothing changed, if it depends on the active columns to within rounding
     */
    boolean append(int column, double[] a) {
        if (size == capacity) {
            return false;
        }
        System.arraycopy(a, column * d, work, 0, d);
        double length = Vectors.norm(work);
        project(coordinates);
        double distance = Vectors.norm(work);
        if (distance < REORTHOGONALISE * length) {
            project(correction);
            for (int i = 0; i < size; i++) {
                coordinates[i] += correction[i];
            }
            distance = Vectors.norm(work);
        }
        // Negated so that a column of zeros is refused too.
        if (!(distance > DEPENDENT * length)) {
            return false;
        }
        if (q[size] == null) {
            q[size] = new double[d];
        }
        for (int t = 0; t < d; t++) {
            q[size][t] = work[t] / distance;
        }
        r[size] = Arrays.copyOf(coordinates, size + 1);
        r[size][size] = distance;
        // Not from the residual, which is b minus a product of weights, and with them large is less exact than b.
        z[size] = Vectors.dot(q[size], 0, target);
        Vectors.add(q[size], 0, -z[size], residual);
        columns[size++] = column;
        return true;
    }

    /** Whether the column of the last slot has a positive weight in the least-squares solution. */
    boolean lastIsPositive() {
        return z[size - 1] > 0;
    }

    /** Makes the column of a slot inactive; the slots after it move down by one. */
    void remove(int slot) {
        int last = size - 1;
        double[] cosines = coordinates;
        double[] sines = correction;
        // Each later column of R moves one to the left, where it has one entry too many below the diagonal: a rotation
        // of rows k and k + 1, and of the same orthonormal vectors, clears it.
        for (int k = slot; k < last; k++) {
            double[] moved = r[k + 1];
            double diagonal = moved[slot];
            for (int i = slot; i < k; i++) {
                double below = moved[i + 1];
                moved[i] = cosines[i] * diagonal + sines[i] * below;
                diagonal = cosines[i] * below - sines[i] * diagonal;
            }
            double length = Math.hypot(diagonal, moved[k + 1]);
            cosines[k] = diagonal / length;
            sines[k] = moved[k + 1] / length;
            moved[k] = length;
            r[k] = moved;
            columns[k] = columns[k + 1];
            Vectors.rotate(q[k], q[k + 1], cosines[k], sines[k]);
            double zk = z[k];
            z[k] = cosines[k] * zk + sines[k] * z[k + 1];
            z[k + 1] = cosines[k] * z[k + 1] - sines[k] * zk;
        }
        Vectors.add(q[last], 0, z[last], residual);
        size = last;
    }

    /** Writes the least-squares solution over the active columns, R⁻¹z, by slot into {@code x}. */
    void solve(double[] x) {
        System.arraycopy(z, 0, x, 0, size);
        // Four columns at a time: those of the later unknowns are taken from the earlier right-hand sides together.
        for (int end = size; end > 0; end -= BLOCK) {
            int from = Math.max(0, end - BLOCK);
            for (int k = end - 1; k >= from; k--) {
                x[k] /= r[k][k];
                for (int i = from; i < k; i++) {
                    x[i] -= x[k] * r[k][i];
                }
            }
            if (from > 0) {
                Vectors.subtract(r, from, x, from, x, from);
            }
        }
    }

    /** Computes the residual anew as b − A_P x, to shed what rounding the updates have gathered. */
    void refreshResidual(double[] a, double[] x) {
        System.arraycopy(target, 0, residual, 0, d);
        Vectors.addRows(a, columns, size, x, -1, residual);
    }

    /**
     * Takes the projection on the active columns out of {@code work}; its coordinates go into {@code into}. Four vectors at a
     * time, which are still in the nearest cache when their products have been computed; besides, the products are then with
     * what the earlier ones left, which loses less to rounding (the modified Gram–Schmidt method, by blocks).
     */
    private void project(double[] into) {
        int k = 0;
        for (; k + BLOCK <= size; k += BLOCK) {
            Vectors.dots(q, k, work, into);
            Vectors.subtract(q, k, into, k, work, d);
        }
        for (; k < size; k++) {
            into[k] = Vectors.dot(q[k], 0, work);
            Vectors.add(q[k], 0, -into[k], work);
        }
    }
}
