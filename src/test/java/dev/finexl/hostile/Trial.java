package dev.finexl.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.generate.scheduler.SchedulerException;
import dev.finexl.job.JobProblem;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.Tensor;
import dev.finexl.store.ModelReferenceException;
import java.util.List;
import net.jqwik.api.statistics.Statistics;

/**
 * Does with hostile input what is done with any, and holds the outcome to the one rule there is: it succeeds, or it is
 * refused in words that say what of the input was wrong, and either way nothing stays open.
 */
final class Trial {

    /** Each property tries so many times as many inputs as it says: {@code -Dfinexl.fuzz=100} for a long night. */
    private static final int SCALE = Integer.getInteger("finexl.fuzz", 1);

    private Trial() {}

    /** Something that is done with input that depends on a seed. */
    interface Action {

        /** @throws Exception which says how it was refused */
        void run(long seed) throws Exception;
    }

    /**
     * Tries inputs, of which some have to be accepted and some refused, or the property would say little.
     *
     * @param names one of which every refusal has to contain: those of the file or the field that is spoilt, folders apart
     */
    static void hold(long seed, Action action, String... names) {
        for (long i = 0; i < SCALE; i++) {
            boolean accepted = false;
            try {
                accepted = accepts(seed * SCALE + i, action, List.of(names));
            } finally {
                // jqwik does not report a failure of a property that has collected nothing.
                Statistics.label("input").collect(accepted);
            }
        }
        Statistics.label("input").coverage(coverage -> {
            coverage.check(true).count(count -> count > 0);
            coverage.check(false).count(count -> count > 0);
        });
    }

    /** Tries inputs that are all to be accepted, whatever they are. */
    static void accept(long seed, Action action) {
        for (long i = 0; i < SCALE; i++) {
            assertThat(accepts(seed * SCALE + i, action, List.of(""))).isTrue();
        }
    }

    private static boolean accepts(long seed, Action action, List<String> names) {
        int sessions = OnnxSession.live();
        int tensors = Tensor.live();
        try {
            action.run(seed);
            return true;
        } catch (Exception e) {
            requireRefusal(seed, e, names);
            return false;
        } finally {
            assertThat(OnnxSession.live())
                    .as("open sessions after seed %d", seed)
                    .isEqualTo(sessions);
            assertThat(Tensor.live()).as("open tensors after seed %d", seed).isEqualTo(tensors);
        }
    }

    private static void requireRefusal(long seed, Exception e, List<String> names) {
        boolean refused = e instanceof ModelReferenceException
                || e instanceof SchedulerException
                || JobProblem.of(e).byRequest();
        if (!refused
                || e.getMessage() == null
                || names.stream()
                        .noneMatch(name -> e.getMessage().contains(name.substring(name.lastIndexOf('/') + 1)))) {
            throw new AssertionError(
                    "seed %d: expected an error of the input that names one of %s, not %s".formatted(seed, names, e),
                    e);
        }
    }
}
