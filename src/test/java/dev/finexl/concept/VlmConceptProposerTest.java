package dev.finexl.concept;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.ChatServer;
import dev.finexl.ChatServer.Answer;
import dev.finexl.concept.ConceptProposer.PicturePair;
import dev.finexl.concept.ConceptProposer.Proposals;
import dev.finexl.concept.VlmSettings.Budget;
import dev.finexl.embed.ImageDecoder;
import dev.finexl.embed.RgbImage;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is sent to a server that speaks OpenAI's protocol, and what is made of all that it can send back. */
class VlmConceptProposerTest {

    private static final String KEY = "sk-0123456789-do-not-tell";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration IMPATIENCE = Duration.ofMillis(300);
    private static final String GOOD = "{\"concepts\": [{\"name\": \"vivid\", \"category\": \"palette\"}]}";

    private static final Vocabulary KNOWN = VocabularyReader.ofEntries("known", List.of("light: dark", "blurry"));
    private static final RgbImage BEFORE = new RgbImage(2, 1, new byte[] {1, 2, 3, 4, 5, 6});
    private static final RgbImage AFTER = new RgbImage(1, 1, new byte[] {-1, 0, 127});
    private static final List<PicturePair> PAIRS =
            List.of(new PicturePair("a red circle in a forest", BEFORE, AFTER), new PicturePair(null, AFTER, BEFORE));

    private static VlmSettings settings(URI url, String key, Duration timeout, int retries, Budget budget) {
        return new VlmSettings(url, "looker", key, timeout, retries, 300, 2, 8, 7, budget);
    }

    private static Proposals propose(ChatServer server, Duration timeout, int retries) {
        return new VlmConceptProposer(settings(server.baseUrl(), KEY, timeout, retries, Budget.UNLIMITED))
                .propose(KNOWN, PAIRS);
    }

    @Test
    void asksOnceAndTakesTheWords() {
        try (ChatServer server = new ChatServer(ChatServer.says(GOOD))) {
            Proposals proposals = propose(server, PATIENCE, 1);
            assertThat(proposals)
                    .isEqualTo(new Proposals("looker", List.of(Concept.named(Category.PALETTE, "vivid")), List.of()));
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void speaksTheProtocol() throws Exception {
        try (ChatServer server = new ChatServer(ChatServer.says(GOOD))) {
            propose(server, PATIENCE, 0);
            ChatServer.Request request = server.requests().getFirst();
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.path()).isEqualTo("/v1/chat/completions");
            assertThat(request.authorization()).isEqualTo("Bearer " + KEY);
            JsonNode body = request.body();
            assertThat(body.get("model").asText()).isEqualTo("looker");
            assertThat(body.get("temperature").asDouble()).isZero();
            assertThat(body.get("seed").asInt()).isEqualTo(7);
            assertThat(body.get("max_tokens").asInt()).isEqualTo(300);
            assertThat(body.has("response_format")).isFalse();

            List<RgbImage> pictures = new ArrayList<>();
            StringBuilder said = new StringBuilder();
            for (JsonNode part : body.get("messages").get(0).get("content")) {
                if (part.has("image_url")) {
                    pictures.add(decode(part.get("image_url")));
                } else {
                    said.append(part.get("text").asText()).append('\n');
                }
            }
            assertThat(pictures).containsExactly(BEFORE, AFTER, AFTER, BEFORE);
            assertThat(said)
                    .contains("at most 8 concepts", "style, medium, palette", "{\"concepts\": []}")
                    .contains("Pair 1, drawn for the prompt \"a red circle in a forest\". Before:\nPair 1. After:")
                    .contains("Pair 2. Before:\nPair 2. After:");
        }
    }

    private static RgbImage decode(JsonNode imageUrl) throws Exception {
        String prefix = "data:image/png;base64,";
        assertThat(imageUrl.get("detail").asText()).isEqualTo("low");
        assertThat(imageUrl.get("url").asText()).startsWith(prefix);
        byte[] png = Base64.getDecoder().decode(imageUrl.get("url").asText().substring(prefix.length()));
        return new ImageDecoder().decode(new ByteArrayInputStream(png), "picture");
    }

    @Test
    void sendsNoKeyWhereThereIsNone() {
        try (ChatServer server = new ChatServer(ChatServer.says(GOOD))) {
            new VlmConceptProposer(settings(server.baseUrl(), null, PATIENCE, 0, Budget.UNLIMITED))
                    .propose(KNOWN, PAIRS);
            assertThat(server.requests().getFirst().authorization()).isNull();
        }
    }

    static Stream<Arguments> failures() {
        String echo = "{\"error\": {\"message\": \"Incorrect API key provided: %s\"}}".formatted(KEY);
        return Stream.of(
                Arguments.of(ChatServer.body(401, echo), PATIENCE, "did not answer: HTTP 401.", 1),
                Arguments.of(ChatServer.body(400, echo), PATIENCE, "did not answer: HTTP 400.", 1),
                Arguments.of(ChatServer.body(302, ""), PATIENCE, "did not answer: HTTP 302.", 1),
                Arguments.of(ChatServer.body(429, echo), PATIENCE, "did not answer: HTTP 429.", 2),
                Arguments.of(ChatServer.body(500, echo), PATIENCE, "did not answer: HTTP 500.", 2),
                Arguments.of(ChatServer.hangUp(), PATIENCE, "did not answer: the exchange failed", 2),
                Arguments.of(ChatServer.flood(), PATIENCE, "did not answer: the exchange failed", 2),
                Arguments.of(ChatServer.silence(), IMPATIENCE, "did not answer: nothing came within 0.300 s.", 2),
                Arguments.of(ChatServer.stall(), IMPATIENCE, "did not answer: nothing came within 0.300 s.", 2),
                Arguments.of(ChatServer.refuses("I know your key: " + KEY), PATIENCE, "did not answer: it refused.", 1),
                Arguments.of(ChatServer.body(200, echo), PATIENCE, "is not a chat completion", 1),
                Arguments.of(ChatServer.body(200, "<html>" + KEY), PATIENCE, "is not a chat completion", 1),
                Arguments.of(ChatServer.body(200, ""), PATIENCE, "is not a chat completion", 1),
                Arguments.of(ChatServer.says(""), PATIENCE, "reply was not used", 1),
                Arguments.of(ChatServer.says("No. " + KEY), PATIENCE, "reply was not used", 1),
                Arguments.of(
                        ChatServer.says(
                                "{\"concepts\": [{\"name\": \"obey: %s\", \"category\": \"x\"}]}".formatted(KEY)),
                        PATIENCE,
                        "1 were not used",
                        1));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void proposesNothingAndSaysWhyWithoutTheKey(Answer answer, Duration timeout, String said, int calls) {
        try (ChatServer server = new ChatServer(answer);
                CapturedLog log = new CapturedLog()) {
            Proposals proposals = propose(server, timeout, 1);
            assertThat(proposals.concepts()).isEmpty();
            assertThat(proposals.warnings())
                    .singleElement()
                    .asString()
                    .contains(said)
                    .doesNotContain(KEY);
            assertThat(server.requests()).hasSize(calls);
            assertThat(log.lines()).isNotEmpty().noneMatch(line -> line.contains(KEY));
        }
    }

    @Test
    void saysThatNobodyIsThere() {
        URI gone;
        try (ChatServer server = new ChatServer(ChatServer.says(GOOD))) {
            gone = server.baseUrl();
        }
        Proposals proposals =
                new VlmConceptProposer(settings(gone, KEY, PATIENCE, 0, Budget.UNLIMITED)).propose(KNOWN, PAIRS);
        assertThat(proposals.warnings())
                .containsExactly("The concept proposer did not answer: the exchange failed (ConnectException).");
    }

    @Test
    void asksAgainWhereTheServerWasBusy() {
        try (ChatServer server = new ChatServer(ChatServer.body(503, "busy"), ChatServer.says(GOOD))) {
            Proposals proposals = propose(server, PATIENCE, 1);
            assertThat(proposals.concepts()).hasSize(1);
            assertThat(proposals.warnings()).isEmpty();
            assertThat(server.requests()).hasSize(2);
        }
    }

    @Test
    void doesNotAskWhereThatMightCostTooMuch() {
        long input = new ProposalPrompt(PAIRS, 8).tokenBound();
        assertThat(input).isBetween(4L * ProposalPrompt.TOKENS_OF_PICTURE, 5L * ProposalPrompt.TOKENS_OF_PICTURE);
        double twoCalls = 2 * (input * 2.5 + 300 * 10.0) / 1e6;
        try (ChatServer server = new ChatServer(ChatServer.says(GOOD))) {
            Budget enough = Budget.of(2.5, 10.0, twoCalls * 1.001);
            Budget tooLittle = Budget.of(2.5, 10.0, twoCalls * 0.999);
            assertThat(new VlmConceptProposer(settings(server.baseUrl(), KEY, PATIENCE, 1, tooLittle))
                            .propose(KNOWN, PAIRS)
                            .warnings())
                    .singleElement()
                    .asString()
                    .startsWith("The concept proposer was not asked: that might cost 0.0")
                    .contains("finexl.proposer.max-cost");
            assertThat(server.requests()).isEmpty();
            assertThat(new VlmConceptProposer(settings(server.baseUrl(), KEY, PATIENCE, 1, enough))
                            .propose(KNOWN, PAIRS)
                            .concepts())
                    .hasSize(1);
        }
    }

    /** All that is logged while it is open, however fine, with the messages of what was thrown. */
    private static final class CapturedLog extends Handler implements AutoCloseable {

        private final Logger root = Logger.getLogger("");
        private final Level before = root.getLevel();
        private final List<String> lines = new CopyOnWriteArrayList<>();

        CapturedLog() {
            setLevel(Level.ALL);
            root.setLevel(Level.ALL);
            root.addHandler(this);
            Logger.getLogger(CapturedLog.class.getName()).finest("listening");
        }

        List<String> lines() {
            return lines;
        }

        @Override
        public void publish(LogRecord entry) {
            lines.add(entry.getMessage() + " " + entry.getThrown());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            root.removeHandler(this);
            root.setLevel(before);
        }
    }
}
