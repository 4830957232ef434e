package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

class ActiveColumnsProperties {

    @Property(tries = 100, seed = "1")
    void anyOrderOfComingAndGoingLeavesTheLeastSquaresProblemSolved(
            @ForAll @IntRange(min = 1, max = 20) int concepts,
            @ForAll @IntRange(min = 40, max = 60) int dimensions,
            @ForAll long seed) {
        DMatrixRMaj f = Samples.normal(concepts, dimensions, seed);
        double[] target = Samples.normal(dimensions, seed + 1);
        ActiveColumns active = new ActiveColumns(target, concepts);
        SplittableRandom random = new SplittableRandom(seed);
        List<Integer> expected = new ArrayList<>();
        for (int step = 0; step < 60; step++) {
            int concept = random.nextInt(concepts);
            if (expected.contains(concept)) {
                active.remove(expected.indexOf(concept));
                expected.remove((Integer) concept);
            } else {
                assertThat(active.append(concept, f.data)).isTrue();
                expected.add(concept);
            }
        }

        int[] columns = expected.stream().mapToInt(Integer::intValue).toArray();
        assertThat(Arrays.copyOf(active.columns(), active.size())).containsExactly(columns);
        double[] x = new double[concepts];
        active.solve(x);
        DMatrixRMaj chosen = CommonOps_DDRM.transpose(Samples.rows(f, columns), null);
        DMatrixRMaj solution = new DMatrixRMaj(columns.length, 1);
        if (columns.length > 0) {
            assertThat(CommonOps_DDRM.solve(chosen, DecomposeGolden.matrix(dimensions, 1, target), solution))
                    .isTrue();
        }
        assertThat(Arrays.copyOf(x, columns.length)).containsExactly(solution.data, within(1e-9));
        double[] kept = active.residual().clone();
        active.refreshResidual(f.data, x);
        assertThat(kept).containsExactly(active.residual(), within(1e-12));
    }

    @Property(tries = 50, seed = "2")
    void aDependentColumnIsRefused(
            @ForAll @IntRange(min = 2, max = 12) int independent,
            @ForAll @IntRange(min = 1, max = 30) int more,
            @ForAll long seed) {
        int dimensions = independent + more;
        DMatrixRMaj f = Samples.normal(independent + 1, dimensions, seed);
        double[] sum =
                Vectors.combination(Samples.rows(f, Vectors.firstRows(independent)), Samples.normal(independent, seed));
        System.arraycopy(sum, 0, f.data, independent * dimensions, dimensions);
        ActiveColumns active = new ActiveColumns(Samples.normal(dimensions, seed + 1), independent + 1);
        for (int i = 0; i < independent; i++) {
            assertThat(active.append(i, f.data)).isTrue();
        }

        assertThat(active.append(independent, f.data)).isFalse();
        assertThat(active.size()).isEqualTo(independent);
    }
}
