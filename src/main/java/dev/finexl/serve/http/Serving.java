package dev.finexl.serve.http;

import dev.finexl.explain.OpenModels;
import dev.finexl.job.ExplainGate;
import dev.finexl.job.JobQueue;
import dev.finexl.job.JobWorkers;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Begins and ends the work on jobs with the server. When the program is told to end it begins nothing new, gives what runs
 * some time to end while its callers are still connected, stops what is left, and puts jobs that were stopped back to
 * the queue, where the next start finds them.
 *
 * <p>That happens at the first sign of the end. The event that is meant for ending comes too late: the server has been
 * closed by then, and with it the connections of those who wait.
 */
@ApplicationScoped
class Serving {

    private static final Logger LOG = Logger.getLogger(Serving.class);
    private static final Duration LOOK_AT_HEAP = Duration.ofSeconds(5);

    private final JobWorkers workers;
    private final JobQueue queue;
    private final ExplainGate gate;
    private final OpenModels models;
    private final Metrics metrics;
    private final WarmUp warmUp;
    private final boolean serving;
    private final Duration grace;
    private boolean stopped;

    Serving(
            JobWorkers workers,
            JobQueue queue,
            ExplainGate gate,
            OpenModels models,
            Metrics metrics,
            WarmUp warmUp,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving,
            @ConfigProperty(name = "finexl.http.shutdown") Duration grace) {
        this.workers = workers;
        this.queue = queue;
        this.gate = gate;
        this.models = models;
        this.metrics = metrics;
        this.warmUp = warmUp;
        this.serving = serving;
        this.grace = grace;
    }

    void start(@Observes StartupEvent event) {
        if (serving) {
            metrics.watch(gate, queue, models);
            workers.start();
            new OldGeneration(LOOK_AT_HEAP).keep();
        }
    }

    void drain(@Observes ShutdownDelayInitiatedEvent event) {
        stop();
    }

    /** Where no earlier event is sent, as in tests. */
    void end(@Observes ShutdownEvent event) {
        stop();
    }

    private void stop() {
        if (serving && !stopped) {
            stopped = true;
            try {
                warmUp.stop();
                workers.stopTaking();
                if (!gate.shut(grace)) {
                    LOG.warnf("explanations that still ran after %s were stopped", grace);
                }
                workers.close();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
