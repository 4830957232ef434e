package dev.finexl.decompose;

import java.util.List;
import java.util.stream.Collectors;
import org.ejml.data.DMatrixRMaj;

/** The ways to decompose a divergence over concept directions, each a record of its settings. */
public sealed interface DecompositionMethod
        permits NnlsMethod, StackedNnls, OrthogonalGreedy, StyleSubspace, LeastSquares {

    /** The name under which requests and answers know the method, e.g. "nnls". */
    String id();

    /**
     * Makes the method ready for concept directions.
     *
     * @param concepts F, N concepts × d dimensions; not copied, must not change
     * @throws IllegalArgumentException if F is empty, a number is not finite, or the method can do nothing with F
     * @throws NoConvergenceException if a decomposition of F does not converge
     */
    Decomposer prepare(DMatrixRMaj concepts);

    /** Every method with its published settings. */
    static List<DecompositionMethod> all() {
        return List.of(
                new StackedNnls(), new NnlsMethod(), new OrthogonalGreedy(), new StyleSubspace(), new LeastSquares());
    }

    /**
     * The method of a name, with its published settings.
     *
     * @throws IllegalArgumentException that lists the names there are
     */
    static DecompositionMethod of(String id) {
        return all().stream()
                .filter(method -> method.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("method: expected one of %s, got '%s'"
                        .formatted(all().stream().map(DecompositionMethod::id).collect(Collectors.joining(", ")), id)));
    }
}
