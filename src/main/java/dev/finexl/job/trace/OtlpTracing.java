package dev.finexl.job.trace;

import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ForwardingListener;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Sends a span for each explanation, comparison and choice, with one for its waiting and for each of its stages whenever that is under way, by OTLP over HTTP.
 * Where, how many and with what else is said by OpenTelemetry's own settings ({@code OTEL_…}). A receiver that does not take
 * spans loses them; nobody waits for it.
 *
 * <p>A span holds numbers and names of this program's own alone, and by what the answer is asked after (an audit, by the place of its result): nothing of prompts, pictures, models, tenants or keys, and of
 * a failure only its kind.
 */
public final class OtlpTracing implements Tracing {

    private static final String NAME = "dev.finexl";
    private static final String NAMES = "finexl.";

    private static final AttributeKey<String> METHOD = AttributeKey.stringKey(NAMES + "method");
    private static final AttributeKey<String> PROVIDER = AttributeKey.stringKey(NAMES + "provider");
    private static final AttributeKey<Boolean> CACHED = AttributeKey.booleanKey(NAMES + "cached");
    private static final AttributeKey<Long> IMAGES = AttributeKey.longKey(NAMES + "images");
    private static final AttributeKey<Long> EVALUATIONS = AttributeKey.longKey(NAMES + "denoiser.evaluations");
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

    /** Where OpenTelemetry's own differ: there is no client for gRPC here, and no other signals. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "otel.service.name", "finexl",
            "otel.exporter.otlp.protocol", "http/protobuf",
            "otel.metrics.exporter", "none",
            "otel.logs.exporter", "none");

    private static final TextMapGetter<TraceParent> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(TraceParent parent) {
            return List.of(TraceParent.HEADER);
        }

        @Override
        public String get(TraceParent parent, String key) {
            return key.equals(TraceParent.HEADER) ? parent.header() : null;
        }
    };

    private final OpenTelemetrySdk sdk;
    private final Tracer tracer;

    /**
     * @param settings of OpenTelemetry, {@code otel.…}, besides those of the environment
     * @param version of the program
     */
    public OtlpTracing(Map<String, String> settings, String version) {
        sdk = AutoConfiguredOpenTelemetrySdk.builder()
                .disableShutdownHook()
                .setServiceClassLoader(OtlpTracing.class.getClassLoader())
                .addPropertiesSupplier(() -> DEFAULTS)
                .addPropertiesCustomizer(_ -> settings)
                .build()
                .getOpenTelemetrySdk();
        tracer = sdk.getTracer(NAME, version);
    }

    @Override
    public <T> T follow(Traced<T> kind, Origin origin, ExplainListener listener, Function<ExplainListener, T> work) {
        Instant now = Instant.now();
        // What another machine's clock said may be still to come.
        Instant asked = origin.asked().isBefore(now) ? origin.asked() : now;
        Context above = origin.parent()
                .map(parent -> W3CTraceContextPropagator.getInstance().extract(Context.root(), parent, GETTER))
                .orElse(Context.root());
        Span span = tracer.spanBuilder(kind.span())
                .setParent(above)
                .setSpanKind(SpanKind.SERVER)
                .setStartTimestamp(asked)
                .setAttribute(NAMES + kind.noun(), origin.id())
                .startSpan();
        Stages stages = new Stages(listener, Context.root().with(span));
        try {
            stages.waited(asked, now);
            T given = work.apply(stages);
            describe(span, kind.facts().apply(given));
            return given;
        } catch (RuntimeException | Error e) {
            span.setStatus(StatusCode.ERROR).setAttribute(ERROR, e.getClass().getName());
            throw e;
        } finally {
            stages.end();
            span.end();
        }
    }

    /** What is null is left out. */
    private static void describe(Span span, Traced.Facts facts) {
        span.setAttribute(METHOD, facts.method())
                .setAttribute(PROVIDER, facts.provider())
                .setAttribute(CACHED, facts.cached())
                .setAttribute(IMAGES, (long) facts.cost().images())
                .setAttribute(EVALUATIONS, facts.cost().denoiserEvaluations());
    }

    /** Sends what is still to be sent, for at most ten seconds. */
    @Override
    public void close() {
        sdk.close();
    }

    /** Hears which stage is under way. */
    private final class Stages extends ForwardingListener {

        private final Context whole;
        private Span current = Span.getInvalid();

        Stages(ExplainListener next, Context whole) {
            super(next);
            this.whole = whole;
        }

        void waited(Instant from, Instant to) {
            tracer.spanBuilder("waiting")
                    .setParent(whole)
                    .setStartTimestamp(from)
                    .startSpan()
                    .end(to);
        }

        @Override
        public void entered(Stage stage) {
            super.entered(stage);
            end();
            current = tracer.spanBuilder(stage.key()).setParent(whole).startSpan();
        }

        void end() {
            current.end();
        }
    }
}
