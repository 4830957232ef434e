package dev.finexl.serve.http;

import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explainer;
import dev.finexl.onnx.RunScope;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Runs every session once before the first request: the first run allocates, and on a GPU compiles, which would make the
 * first caller wait. It happens beside the server's start; the program is ready when it is done.
 */
@ApplicationScoped
public class WarmUp {

    private static final Logger LOG = Logger.getLogger(WarmUp.class);

    private final Explainer explainer;
    private final boolean serving;
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
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        this.explainer = explainer;
        this.serving = serving;
    }

    void onStart(@Observes StartupEvent start) {
        if (serving) {
            Thread.ofPlatform().name("warm-up").daemon().start(this::warm);
        }
    }

    State state() {
        return state;
    }

    private void warm() {
        try (RunScope scope = new RunScope()) {
            explainer.explain(smallest(), ExplainListener.NONE, scope);
            state = new State(true, "");
        } catch (RuntimeException e) {
            LOG.error("the sessions could not be warmed up", e);
            state = new State(false, e.getMessage());
        }
    }

    /** The bundled base against itself, two pictures of two steps, and no more texts than it takes to have encoded some. */
    private static ExplainRequest smallest() {
        return ExplainRequest.parse("""
                {"base": "classpath:mini-diffusion", "personalized": "classpath:mini-diffusion", "images": 2, "steps": 2,
                 "concepts": [{"name": "vivid"}, {"name": "dark"}]}
                """);
    }
}
