package dev.finexl.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.finexl.ChatServer;
import dev.finexl.concept.ConceptProposer.PicturePair;
import dev.finexl.concept.ConceptProposer.Proposals;
import dev.finexl.concept.VlmConceptProposer;
import dev.finexl.concept.VlmSettings;
import dev.finexl.concept.Vocabulary;
import dev.finexl.concept.VocabularyReader;
import dev.finexl.embed.RgbImage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** What a server says that is asked for words: there are words or a warning, and no failure ever. */
@PropertyDefaults(shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
class HostileRepliesProperties {

    private static final int MOST = 3;
    private static final Vocabulary KNOWN = VocabularyReader.ofEntries("known", List.of("light: dark", "blurry"));
    private static final PicturePair PAIR = new PicturePair("a red circle", picture(), picture());

    private static final String ENVELOPE = """
            {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [{"index": 0, "finish_reason": "stop",
             "message": {"role": "assistant", "content": %s}}], "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}
            """;
    private static final String CONTENT = """
            {"concepts": [{"name": "vivid", "category": "palette"}, {"name": "soft focus", "category": "style"}]}""";

    private static final AtomicReference<byte[]> REPLY = new AtomicReference<>();
    private static ChatServer server;
    private static VlmConceptProposer proposer;

    private static RgbImage picture() {
        return new RgbImage(1, 1, new byte[3]);
    }

    @BeforeContainer
    static void open() {
        server = new ChatServer((exchange, _) -> {
            byte[] reply = REPLY.get();
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, reply.length == 0 ? -1 : reply.length);
            exchange.getResponseBody().write(reply);
        });
        proposer = new VlmConceptProposer(new VlmSettings(
                server.baseUrl(),
                "m",
                "key",
                Duration.ofSeconds(60),
                0,
                300,
                1,
                MOST,
                null,
                VlmSettings.Budget.UNLIMITED));
    }

    @AfterContainer
    static void close() {
        server.close();
    }

    @Property(tries = 300, seed = "1")
    void aReply(@ForAll long seed) {
        Trial.accept(seed, one -> {
            REPLY.set(reply(new Mutator(one)));
            Proposals proposals = proposer.propose(KNOWN, List.of(PAIR));
            assertThat(proposals.concepts()).hasSizeLessThanOrEqualTo(MOST);
            assertThat(KNOWN.with(proposals.concepts()).concepts())
                    .hasSize(2 + proposals.concepts().size());
        });
    }

    private static byte[] reply(Mutator mutator) {
        JsonMutator json = new JsonMutator(mutator.random().nextLong());
        if (mutator.random().nextBoolean()) {
            return json.spoil(ENVELOPE.formatted(quoted(CONTENT)));
        }
        String content = new String(json.spoil(CONTENT), StandardCharsets.UTF_8);
        return ENVELOPE.formatted(quoted(content)).getBytes(StandardCharsets.UTF_8);
    }

    private static String quoted(String text) {
        return TextNode.valueOf(text).toString();
    }
}
