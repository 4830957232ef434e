package dev.finexl.serve.http;

import dev.finexl.job.JobQueue;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.store.sql.DatabaseException;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** The program's health, with the execution provider that is in use. */
final class Health {

    private static final String NAME = "finexl";

    private Health() {}

    /** Up as long as requests can be answered at all. */
    @Liveness
    @ApplicationScoped
    static class Live implements HealthCheck {

        @Override
        public HealthCheckResponse call() {
            return HealthCheckResponse.up(NAME);
        }
    }

    /** Up once ONNX Runtime is loaded with its provider. */
    @Startup
    @ApplicationScoped
    static class Started implements HealthCheck {

        private final OnnxRuntime runtime;

        Started(OnnxRuntime runtime) {
            this.runtime = runtime;
        }

        @Override
        public HealthCheckResponse call() {
            return HealthCheckResponse.named(NAME)
                    .up()
                    .withData("provider", runtime.providerName())
                    .withData("onnxruntime", runtime.version())
                    .build();
        }
    }

    /** Up while jobs can be taken, or as long as nobody has seen whether they can. */
    @Readiness
    @ApplicationScoped
    static class Jobs implements HealthCheck {

        private final JobQueue queue;
        private final WarmUp warmUp;

        Jobs(JobQueue queue, WarmUp warmUp) {
            this.queue = queue;
            this.warmUp = warmUp;
        }

        @Override
        public HealthCheckResponse call() {
            var response = HealthCheckResponse.named(NAME + " jobs");
            try {
                // A look must not make a database, which takes as long as the sessions that the start waits for.
                int queued = queue.isNew() && !warmUp.isOver() ? 0 : queue.queued();
                return response.withData("queued", queued).up().build();
            } catch (DatabaseException e) {
                return response.withData("waiting", e.getMessage()).down().build();
            }
        }
    }

    /** Up once every session of the bundled models has run. */
    @Readiness
    @ApplicationScoped
    static class Ready implements HealthCheck {

        private final WarmUp warmUp;
        private final OnnxRuntime runtime;

        Ready(WarmUp warmUp, OnnxRuntime runtime) {
            this.warmUp = warmUp;
            this.runtime = runtime;
        }

        @Override
        public HealthCheckResponse call() {
            WarmUp.State state = warmUp.state();
            var response =
                    HealthCheckResponse.named(NAME).status(state.ready()).withData("provider", runtime.providerName());
            return state.ready()
                    ? response.build()
                    : response.withData("waiting", state.detail()).build();
        }
    }
}
