package dev.finexl.explain;

import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.onnx.RunScope;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Adds up the time of each stage, also where stages take turns, as sampling and embedding do, and tells which is under way. */
final class StageClock {

    private static final double NANOS = 1e9;

    private final ExplainListener listener;
    private final RunScope scope;
    private final Map<Stage, long[]> nanos = new EnumMap<>(Stage.class);
    private Stage current;
    private long wallStart;
    private long sessionStart;

    StageClock(ExplainListener listener, RunScope scope) {
        this.listener = listener;
        this.scope = scope;
    }

    /** Ends the stage under way, if there is one, and begins or resumes another. */
    void enter(Stage stage) {
        if (stage != current) {
            listener.entered(stage);
        }
        stop();
        current = stage;
        wallStart = System.nanoTime();
        sessionStart = scope.sessionNanos();
    }

    private void stop() {
        if (current != null) {
            long[] sum = nanos.computeIfAbsent(current, s -> new long[2]);
            sum[0] += System.nanoTime() - wallStart;
            sum[1] += scope.sessionNanos() - sessionStart;
            current = null;
        }
    }

    /** Ends the stage under way; the times by the stages' names, in the stages' order. */
    Map<String, Usage.StageTime> finish() {
        stop();
        Map<String, Usage.StageTime> times = new LinkedHashMap<>();
        nanos.forEach((stage, sum) -> times.put(stage.key(), new Usage.StageTime(sum[0] / NANOS, sum[1] / NANOS)));
        return times;
    }
}
