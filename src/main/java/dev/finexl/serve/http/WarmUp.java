package dev.finexl.serve.http;

import dev.finexl.explain.Explainer;
import dev.finexl.job.JobQueue;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.sql.DatabaseException;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.VertxOptionsCustomizer;
import io.vertx.core.VertxOptions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.validation.Validator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Runs every session of the bases that are configured once before the first request: the first run allocates, and on a GPU compiles, which would make the
 * first caller wait. The program is ready when it is done.
 *
 * <p>It happens beside the server's start, and begins with the first that a bean hears of that, when Vert.x is about to be made: it
 * takes as long as what comes after.
 */
@ApplicationScoped
public class WarmUp implements VertxOptionsCustomizer {

    private static final Logger LOG = Logger.getLogger(WarmUp.class);

    private final Instance<Explainer> explainer;
    private final Instance<Validator> validator;
    private final Instance<JobQueue> queue;
    private final List<String> bases;
    private final boolean serving;
    private Thread warming;
    private RunScope running;
    private boolean stopped;
    private volatile boolean over;
    private volatile State state = new State(false, "the sessions have not run yet");

    /**
     * How far the warm-up is.
     *
     * @param ready whether every session ran
     * @param detail why it is not ready; empty if it is
     */
    record State(boolean ready, String detail) {}

    WarmUp(
            Instance<Explainer> explainer,
            Instance<Validator> validator,
            Instance<JobQueue> queue,
            @ConfigProperty(name = "finexl.models.warm") Optional<List<String>> bases,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        this.explainer = explainer;
        this.validator = validator;
        this.queue = queue;
        this.bases = bases.orElse(List.of());
        this.serving = serving;
    }

    @Override
    public void accept(VertxOptions options) {
        begin();
    }

    /** Where Vert.x has been made before, as when tests start the program again. */
    void onStart(@Observes StartupEvent start) {
        begin();
    }

    private synchronized void begin() {
        if (serving && warming == null) {
            warming = Thread.ofPlatform().name("warm-up").daemon().start(this::warm);
        }
    }

    /** Gives up what is not done yet, and from now on is not ready. */
    void stop() throws InterruptedException {
        if (warming != null) {
            synchronized (this) {
                stopped = true;
                if (running != null) {
                    running.cancel();
                }
            }
            warming.join();
            state = new State(false, "the program is shutting down");
        }
    }

    State state() {
        return state;
    }

    /** Whether all is made that the first requests would have to wait for, or cannot be. */
    boolean isOver() {
        return over;
    }

    private void warm() {
        try {
            runSessions();
            // The first request is to find it made, and without a model's help it is made in a moment
            // (ValidationOnRequest).
            validator.get();
            openDatabase();
        } catch (CancellationException _) {
            // The program ends before it was ready.
        } finally {
            over = true;
        }
    }

    private void runSessions() {
        Map<String, Double> seconds = new LinkedHashMap<>();
        try {
            Explainer warmed = explainer.get();
            try (RunScope whole = run()) {
                for (String base : bases) {
                    long start = System.nanoTime();
                    warmed.rehearse(base, whole);
                    seconds.put(base, (System.nanoTime() - start) / 1e9);
                }
            }
            state = new State(true, "");
            seconds.forEach((base, taken) -> LOG.infof("every session of %s ran, after %.2f s", base, taken));
        } catch (CancellationException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.error("the sessions could not be warmed up", e);
            state = new State(false, e.getMessage());
        }
    }

    /** Where there is none yet it is made, so that the first job does not wait for that. */
    private void openDatabase() {
        try {
            queue.get().queued();
        } catch (DatabaseException e) {
            // The program is not ready as long as it is so (Health).
            LOG.warn("jobs cannot be taken", e);
        }
    }

    /** Only now: a scope is of ONNX Runtime, which is not to be touched before the {@link Explainer} has set it up. */
    private synchronized RunScope run() {
        running = new RunScope();
        if (stopped) {
            running.cancel();
        }
        return running;
    }
}
