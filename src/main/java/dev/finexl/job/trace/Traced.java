package dev.finexl.job.trace;

import dev.finexl.choose.Selection;
import dev.finexl.compare.ModelComparison;
import dev.finexl.explain.Cost;
import dev.finexl.explain.Explanation;
import java.util.function.Function;

/**
 * A kind of work that is followed.
 *
 * @param <T> what it gives
 * @param span its name
 * @param noun what its id is the id of
 * @param facts what may be said of what it gave
 */
public record Traced<T>(String span, String noun, Function<T, Facts> facts) {

    /** One explanation. */
    public static final Traced<Explanation> EXPLANATION = new Traced<>(
            "explain",
            "explanation",
            given -> new Facts(
                    Cost.of(given),
                    given.method(),
                    given.provenance().provider(),
                    given.usage().cached()));

    /** One comparison. */
    public static final Traced<ModelComparison> COMPARISON = new Traced<>(
            "compare",
            "comparison",
            given -> new Facts(
                    given.usage(),
                    given.method(),
                    given.models().getFirst().provenance().provider(),
                    null));

    /** One choice among models. */
    public static final Traced<Selection> SELECTION =
            new Traced<>("select", "selection", given -> new Facts(given.usage(), null, null, null));

    /**
     * What may be said of what was given.
     *
     * @param cost of it
     * @param method by which it was found; null if there is not one
     * @param provider that ran the models; null where none may have been run
     * @param cached whether it had been made before; null where only parts of it may have been
     */
    public record Facts(Cost cost, String method, String provider, Boolean cached) {}
}
