package dev.finexl.serve.http;

import dev.finexl.explain.Explanation;
import dev.finexl.explain.OpenModels;
import dev.finexl.explain.Usage.StageTime;
import dev.finexl.job.ExplainGate;
import dev.finexl.job.ExplainMeter;
import dev.finexl.job.JobQueue;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.SharedModels;
import dev.finexl.onnx.Tensor;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What the program counts about itself, at {@code /q/metrics}, besides what the server counts of requests. */
@Singleton
class Metrics implements ExplainMeter {

    private static final String STAGE = "finexl.stage";
    private static final double NANOS = 1e9;

    private final MeterRegistry registry;

    Metrics(MeterRegistry registry) {
        this.registry = registry;
        for (Outcome outcome : Outcome.values()) {
            explanations(outcome, 0);
        }
    }

    /** Shows how things stand now: who runs, who waits and what is open. */
    void watch(ExplainGate gate, JobQueue queue, OpenModels models) {
        registry.gauge("finexl.explanations.running", gate, ExplainGate::running);
        registry.gauge("finexl.requests.waiting", gate, ExplainGate::waiting);
        registry.gauge("finexl.jobs.queued", queue, Metrics::queued);
        registry.gauge("finexl.models.open", models, m -> m.counts().open());
        registry.gauge("finexl.models.used", models, m -> m.counts().inUse());
        registry.gauge("finexl.models.bytes", models, m -> m.counts().bytes());
        counter("finexl.models.hits", models, SharedModels.Counts::hits);
        counter("finexl.models.openings", models, SharedModels.Counts::openings);
        counter("finexl.models.evictions", models, SharedModels.Counts::evictions);
        registry.gauge("finexl.sessions.open", this, _ -> OnnxSession.live());
        registry.gauge("finexl.tensors.open", this, _ -> Tensor.live());
    }

    private void counter(String name, OpenModels models, ToDoubleFunction<SharedModels.Counts> count) {
        FunctionCounter.builder(name, models, m -> count.applyAsDouble(m.counts()))
                .register(registry);
    }

    @Override
    public void ended(Outcome outcome, Explanation explanation) {
        explanations(outcome, 1);
        if (explanation != null) {
            registry.counter("finexl.explanations.cached")
                    .increment(explanation.usage().cached() ? 1 : 0);
            registry.counter("finexl.images").increment(explanation.usage().images());
            registry.counter("finexl.images.cached")
                    .increment(explanation.usage().imagesCached());
            registry.counter("finexl.images.saved")
                    .increment(explanation.usage().imagesSaved());
            registry.counter("finexl.denoiser.evaluations")
                    .increment(explanation.usage().denoiserEvaluations());
            explanation.usage().stages().forEach(this::stage);
        }
    }

    private void explanations(Outcome outcome, int more) {
        registry.counter("finexl.explanations", "outcome", outcome.name().toLowerCase(Locale.ROOT))
                .increment(more);
    }

    private void stage(String name, StageTime time) {
        registry.timer(STAGE, "stage", name).record(nanos(time.wallSeconds()));
        registry.timer(STAGE + ".session", "stage", name).record(nanos(time.sessionSeconds()));
    }

    private static Duration nanos(double seconds) {
        return Duration.ofNanos(Math.round(seconds * NANOS));
    }

    /** Unknown, which Prometheus writes as NaN, while the database cannot be reached. */
    private static double queued(JobQueue queue) {
        try {
            return queue.queued();
        } catch (RuntimeException _) {
            return Double.NaN;
        }
    }
}
