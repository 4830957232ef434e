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

    private final int d;
    private final int capacity;
    private final double[] target;
    private final int[] slots;
    private final int[] columns;
    private final double[] residual;
    private final double[] work;
    private final double[] coordinates;
    private final double[] correction;
    private final double[] z;

    /** Row k is the k-th orthonormal vector, of length d. */
    private double[] q;

    /** R by columns, packed: column k has its k + 1 entries from {@code start(k)} on. */
    private double[] r;

    private int size;

    /**
     * @param target the right-hand side b, of length d; not copied, must not change
     * @param concepts the number of columns there are to choose from
     */
    ActiveColumns(double[] target, int concepts) {
        this.target = target;
        d = target.length;
        capacity = Math.min(d, concepts);
        slots = Vectors.firstRows(capacity);
        columns = new int[capacity];
        residual = target.clone();
        work = new double[d];
        coordinates = new double[capacity];
        correction = new double[capacity];
        z = new double[capacity];
        int expected = Math.min(capacity, 16);
        q = new double[expected * d];
        r = new double[start(expected)];
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
        grow();
        int offset = size * d;
        for (int t = 0; t < d; t++) {
            q[offset + t] = work[t] / distance;
        }
        System.arraycopy(coordinates, 0, r, start(size), size);
        r[start(size) + size] = distance;
        // Not from the residual, which is b minus a product of weights, and with them large is less exact than b.
        z[size] = Vectors.dot(q, offset, target);
        Vectors.add(q, offset, -z[size], residual);
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
            int from = start(k + 1);
            for (int i = slot; i < k; i++) {
                rotate(r, from + i, from + i + 1, 1, cosines[i], sines[i]);
            }
            double diagonal = r[from + k];
            double below = r[from + k + 1];
            double length = Math.hypot(diagonal, below);
            cosines[k] = diagonal / length;
            sines[k] = below / length;
            r[from + k] = length;
            System.arraycopy(r, from, r, start(k), k + 1);
            columns[k] = columns[k + 1];
            rotate(q, k * d, (k + 1) * d, d, cosines[k], sines[k]);
            rotate(z, k, k + 1, 1, cosines[k], sines[k]);
        }
        Vectors.add(q, last * d, z[last], residual);
        size = last;
    }

    /** Writes the least-squares solution over the active columns, R⁻¹z, by slot into {@code x}. */
    void solve(double[] x) {
        System.arraycopy(z, 0, x, 0, size);
        for (int k = size - 1; k >= 0; k--) {
            int column = start(k);
            double xk = x[k] / r[column + k];
            x[k] = xk;
            for (int i = 0; i < k; i++) {
                x[i] -= xk * r[column + i];
            }
        }
    }

    /** Computes the residual anew as b − A_P x, to shed what rounding the updates have gathered. */
    void refreshResidual(double[] a, double[] x) {
        System.arraycopy(target, 0, residual, 0, d);
        Vectors.addRows(a, columns, size, x, -1, residual);
    }

    /** Takes the projection on the active columns out of {@code work}; its coordinates go into {@code into}. */
    private void project(double[] into) {
        Vectors.dots(q, slots, size, work, into);
        Vectors.addRows(q, slots, size, into, -1, work);
    }

    private void grow() {
        if ((size + 1) * d > q.length) {
            int more = Math.min(capacity, 2 * size + 1);
            q = Arrays.copyOf(q, more * d);
            r = Arrays.copyOf(r, start(more));
        }
    }

    private static int start(int column) {
        return column * (column + 1) / 2;
    }

    private static void rotate(double[] v, int first, int second, int count, double cosine, double sine) {
        for (int t = 0; t < count; t++) {
            double x = v[first + t];
            double y = v[second + t];
            v[first + t] = cosine * x + sine * y;
            v[second + t] = cosine * y - sine * x;
        }
    }
}
