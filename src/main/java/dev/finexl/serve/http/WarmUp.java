package dev.finexl.serve.http;

import dev.finexl.explain.Answers;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.Usage;
import dev.finexl.onnx.RunScope;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Runs every session of the bases that are configured once before the first request: the first run allocates, and on a GPU compiles, which would make the
 * first caller wait. It happens beside the server's start; the program is ready when it is done.
 */
@ApplicationScoped
public class WarmUp {

    private static final Logger LOG = Logger.getLogger(WarmUp.class);

    private final Explainer explainer;
    private final List<String> bases;
    private final boolean serving;
    private RunScope scope;
    private Thread warming;
    private volatile State state = new State(false, "the sessions have not run yet");

    /**
     * How far the warm-up is.
     *
     * @param ready whether every session ran
     * @param detail why it is not ready; empty if it is
     */
    record State(boolean ready, String detail) {}

    WarmUp(
            Explainer explainer,
            @ConfigProperty(name = "finexl.models.warm") Optional<List<String>> bases,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        // Sessions are to run, also where what they give is known.
        this.explainer = explainer.remembering(Answers.NONE);
        this.bases = bases.orElse(List.of());
        this.serving = serving;
    }

    void onStart(@Observes StartupEvent start) {
        if (serving) {
            scope = new RunScope();
            warming = Thread.ofPlatform().name("warm-up").daemon().start(() -> warm(scope));
        }
    }

    /** Gives up what is not done yet, and from now on is not ready. */
    void stop() throws InterruptedException {
        if (warming != null) {
            scope.cancel();
            warming.join();
            state = new State(false, "the program is shutting down");
        }
    }

    State state() {
        return state;
    }

    private void warm(RunScope whole) {
        try (whole) {
            for (String base : bases) {
                long start = System.nanoTime();
                Usage usage = explainer
                        .explain(explainer.smallest(base), ExplainListener.NONE, whole)
                        .usage();
                LOG.infof(
                        "every session of %s ran, after %.2f s: %s",
                        base, (System.nanoTime() - start) / 1e9, usage.stages());
            }
            state = new State(true, "");
        } catch (CancellationException _) {
            // The program ends before it was ready.
        } catch (RuntimeException e) {
            LOG.error("the sessions could not be warmed up", e);
            state = new State(false, e.getMessage());
        }
    }
}
