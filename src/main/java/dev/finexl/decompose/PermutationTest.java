package dev.finexl.decompose;

import java.util.SplittableRandom;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Tests the hypothesis that nothing changed where pictures are not paired: that both sides are samples of one distribution.
 *
 * <p>Why this test: if the personalisation did nothing, which picture is on which side would mean nothing, so |V| should not
 * stand out among the differences of means of sides that are dealt anew. It assumes nothing else, as {@link SignFlipTest}
 * does for pairs. Deals are drawn at random and p = (1 + #{as extreme}) / (1 + permutations).
 *
 * @param permutations how many deals to try, at least 1
 * @param seed of the generator, a {@link SplittableRandom}
 */
public record PermutationTest(int permutations, long seed) {

    /** Statistics within this share of the observed one are equal: rounding must not break ties. */
    private static final double TIE = 1e-9;

    /** @throws IllegalArgumentException if there is not at least one permutation */
    public PermutationTest {
        if (permutations < 1) {
            throw new IllegalArgumentException("permutations: expected at least 1, got " + permutations);
        }
    }

    /**
     * The p-value, in (0, 1]; 1 where both sides have the same mean. The time is that of {@code permutations} · n ·
     * min(n, d) products, n pictures in all.
     *
     * @throws IllegalArgumentException if the divergence is of pairs
     */
    public double pValue(Divergence divergence) {
        if (divergence.paired()) {
            throw new IllegalArgumentException("divergence: expected one of two independent sides");
        }
        DMatrixRMaj pictures = divergence.pictures();
        int n = pictures.numRows;
        int base = divergence.baseRows();
        DMatrixRMaj gram = null;
        if (n <= pictures.numCols) {
            gram = new DMatrixRMaj(n, n);
            CommonOps_DDRM.multOuter(pictures, gram);
        }
        int[] deal = new int[n];
        double[] shares = new double[n];
        for (int j = 0; j < n; j++) {
            deal[j] = j;
            shares[j] = j < base ? -1.0 / base : 1.0 / (n - base);
        }
        double extreme = squaredNorm(pictures, gram, shares) * (1 - TIE);
        SplittableRandom random = new SplittableRandom(seed);
        int asExtreme = 0;
        for (int p = 0; p < permutations; p++) {
            for (int place = n - 1; place > 0; place--) {
                int other = random.nextInt(place + 1);
                int picture = deal[place];
                deal[place] = deal[other];
                deal[other] = picture;
            }
            for (int place = 0; place < n; place++) {
                shares[deal[place]] = place < base ? -1.0 / base : 1.0 / (n - base);
            }
            if (squaredNorm(pictures, gram, shares) >= extreme) {
                asExtreme++;
            }
        }
        return (1.0 + asExtreme) / (1.0 + permutations);
    }

    private static double squaredNorm(DMatrixRMaj pictures, DMatrixRMaj gram, double[] shares) {
        if (gram != null) {
            return Vectors.dot(Vectors.product(gram, shares), 0, shares);
        }
        double[] sum = Vectors.combination(pictures, shares);
        return Vectors.dot(sum, 0, sum);
    }
}
