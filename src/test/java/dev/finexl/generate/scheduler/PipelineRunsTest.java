package dev.finexl.generate.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The noise levels of whole pipelines' runs, from the configuration files of their models. */
class PipelineRunsTest {

    record Run(String name, JsonNode node) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Run> runs() {
        List<Run> runs = new ArrayList<>();
        for (JsonNode node : Goldens.read("scheduler-runs.json").get("runs")) {
            runs.add(new Run(node.get("name").textValue(), node));
        }
        return runs;
    }

    @ParameterizedTest
    @MethodSource("runs")
    void visitTheLevelsThatDiffusersVisits(Run run) {
        Scheduler scheduler = Schedulers.of(run.node.get("config"), run.name);
        int steps = run.node.get("steps").intValue();
        SchedulerGoldenTest.assertLevels(
                run.node.has("image_tokens")
                        ? fluxRun(scheduler, steps, run.node.get("image_tokens").intValue())
                        : scheduler.start(steps),
                run.node);
    }

    /** As the Flux pipeline starts: from levels of its own, shifted by the size of the image. */
    private static Sampling fluxRun(Scheduler scheduler, int steps, int imageTokens) {
        FlowMatchEulerScheduler flow = (FlowMatchEulerScheduler) scheduler;
        return flow.start(FlowMatchEulerScheduler.evenSigmas(steps), OptionalDouble.of(flow.mu(imageTokens)));
    }
}
