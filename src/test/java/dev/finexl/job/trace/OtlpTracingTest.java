package dev.finexl.job.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.job.trace.OtlpReceiver.Received;
import dev.finexl.job.trace.Tracing.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is sent of explanations that are made, and of those that are not. */
class OtlpTracingTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SPAN = "b7ad6b7169203331";
    private static final String SECRET = "a prompt that is nobody's business";

    private final OtlpReceiver receiver = new OtlpReceiver();

    @AfterEach
    void close() {
        receiver.close();
    }

    private OtlpTracing tracing() {
        return new OtlpTracing(
                Map.of(
                        "otel.traces.exporter",
                        "otlp",
                        "otel.exporter.otlp.endpoint",
                        receiver.endpoint().toString()),
                "test");
    }

    private static Origin origin(Instant asked, String parent) {
        return new Origin("an-id", asked, TraceParent.of(parent));
    }

    private void fail(Origin origin) {
        try (OtlpTracing tracing = tracing()) {
            fail(tracing, origin, ExplainListener.NONE);
        }
    }

    /** An explanation comes as far as its pictures. */
    private static void fail(OtlpTracing tracing, Origin origin, ExplainListener listener) {
        assertThatThrownBy(() -> tracing.follow(Traced.EXPLANATION, origin, listener, traced -> {
                    traced.entered(Stage.LOADING);
                    traced.entered(Stage.SAMPLING);
                    traced.progress(Stage.SAMPLING, 0, 1);
                    assertThat(traced.pictures()).isEqualTo(listener.pictures());
                    throw new InvalidRequestException("prompts", SECRET);
                }))
                .isInstanceOf(InvalidRequestException.class);
    }

    private Received named(String name) {
        return receiver.spans().stream()
                .filter(span -> span.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void sendsASpanForEachStageBelowThatOfTheExplanation() {
        Instant asked = Instant.now().minus(Duration.ofMinutes(5));
        fail(origin(asked, "00-%s-%s-01".formatted(TRACE, SPAN)));
        assertThat(receiver.spans())
                .extracting(Received::name)
                .containsExactlyInAnyOrder("explain", "waiting", "loading", "sampling");
        assertThat(receiver.spans()).extracting(Received::trace).containsOnly(TRACE);
        Received explanation = named("explain");
        assertThat(explanation.parent()).isEqualTo(SPAN);
        assertThat(explanation.start())
                .isEqualTo(asked.getEpochSecond() * 1_000_000_000 + asked.getNano())
                .isEqualTo(named("waiting").start());
        assertThat(explanation.resource()).containsEntry("service.name", "finexl");
        for (String stage : List.of("waiting", "loading", "sampling")) {
            assertThat(named(stage).parent()).as(stage).isEqualTo(explanation.id());
            assertThat(named(stage).end()).as(stage).isLessThanOrEqualTo(explanation.end());
        }
        assertThat(named("loading").end()).isLessThanOrEqualTo(named("sampling").start());
    }

    @Test
    void saysOfAFailureOnlyOfWhichKindItIs() {
        fail(origin(Instant.now(), null));
        assertThat(named("explain").error()).isTrue();
        assertThat(named("explain").attributes())
                .containsOnly(
                        Map.entry("finexl.explanation", "an-id"),
                        Map.entry("error.type", InvalidRequestException.class.getName()));
        assertThat(receiver.bodies()).isNotEmpty().noneMatch(body -> body.contains(SECRET));
    }

    @Test
    void beginsATraceWhereNobodyHasOrNobodyWellFormed() {
        for (String parent : new String[] {
            null,
            "",
            "00-%s-%s-01".formatted("0".repeat(32), SPAN),
            "00-%s-%s-01".formatted(TRACE, "0".repeat(16)),
            "00-%s-%s-01-more".formatted(TRACE, SPAN),
            "ff-%s-%s-01".formatted(TRACE, SPAN),
            "00-%s-%s-1".formatted(TRACE, SPAN),
            "00-%s-%s-01\n".formatted(TRACE, SPAN),
            "00-%s-%s-01".formatted(TRACE.toUpperCase(Locale.ROOT), SPAN)
        }) {
            fail(origin(Instant.now().plusSeconds(100), parent));
        }
        assertThat(receiver.spans())
                .filteredOn(span -> span.name().equals("explain"))
                .hasSize(9)
                .allSatisfy(span -> {
                    assertThat(span.parent()).isEmpty();
                    assertThat(span.end()).isGreaterThanOrEqualTo(span.start());
                });
    }

    @Test
    void doesNotSendWhatTheCallerDoesNotSample() {
        fail(origin(Instant.now(), "00-%s-%s-00".formatted(TRACE, SPAN)));
        assertThat(receiver.spans()).isEmpty();
    }

    @Test
    void explainsAllTheSameWhereNobodyTakesTheSpans() {
        receiver.hang();
        OtlpTracing tracing = tracing();
        for (int i = 0; i < 5000; i++) {
            fail(tracing, origin(Instant.now(), null), ExplainListener.NONE);
        }
        receiver.close();
        tracing.close();
    }

    @Test
    void hearsWhatTheListenerHears() {
        List<String> heard = new ArrayList<>();
        ExplainListener listener = new ExplainListener() {
            @Override
            public void entered(Stage stage) {
                heard.add(stage.key());
            }

            @Override
            public void progress(Stage stage, long done, long total) {
                heard.add(done + " of " + total);
            }

            @Override
            public Pictures pictures() {
                heard.add("ALL");
                return Pictures.ALL;
            }
        };
        try (OtlpTracing tracing = tracing()) {
            fail(tracing, origin(Instant.now(), null), listener);
        }
        assertThat(heard).containsExactly("loading", "sampling", "0 of 1", "ALL", "ALL");
    }
}
