package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.Golden;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelJson;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Our own tokenizer gives what the native library gives for the same, harmless, file. */
class T5TokenizerProperties {

    private static final MemoryFiles FILES = Golden.files("compat/flux/tokenizer_2");
    private static final String FILE = "tokenizer.json";
    private static final int LENGTH = 600;

    private static HuggingFaceTokenizer nativeOnes;
    private static HuggingFaceTokenizer olderNativeOnes;

    @BeforeContainer
    static void open() throws Exception {
        TokenizerLibrary.load();
        nativeOnes = TokenizerLibrary.newTokenizer(FILES.read(FILE, 1 << 20));
        olderNativeOnes = TokenizerLibrary.newTokenizer(older().read(FILE, 1 << 20));
    }

    @AfterContainer
    static void close() {
        nativeOnes.close();
        olderNativeOnes.close();
    }

    /** As the published T5 models have it: no steps after the table, white space separates words, each has its mark. */
    private static MemoryFiles older() throws Exception {
        ObjectNode json = (ObjectNode) ModelJson.MAPPER.readTree(FILES.read(FILE, 1 << 20));
        json.set("normalizer", json.at("/normalizer/normalizers/0"));
        json.set("pre_tokenizer", ModelJson.MAPPER.readTree("""
                {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"},
                 {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}]}"""));
        return FILES.with(FILE, ModelJson.MAPPER.writeValueAsString(json));
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> piece = Arbitraries.oneOf(
                Arbitraries.of("a red house", " ", "  ", "▁", "in the rain", "\t", "\u3000", "ﬁ", "é", "e\u0301", "½"),
                Arbitraries.of("</s>", "<extra_id_3>", "<pad>", "ＡＢ", "①", "👍🏽", "한국", "\u200b", "Å", "ǆ", "<unk>"),
                Arbitraries.strings().ofMaxLength(6),
                Arbitraries.strings().alpha().ofMaxLength(8));
        return piece.list().ofMaxSize(8).map(pieces -> String.join("", pieces)).map(ClipTokenizer::toScalars);
    }

    @Property(seed = "1")
    void givesTheNativeLibrarysIds(@ForAll("texts") String text) {
        assertSame(T5Tokenizer.open(FILES, ""), nativeOnes, text);
    }

    @Property(seed = "2")
    void givesTheNativeLibrarysIdsForOlderFiles(@ForAll("texts") String text) throws Exception {
        assertSame(T5Tokenizer.open(older(), ""), olderNativeOnes, text);
    }

    private static void assertSame(T5Tokenizer tokenizer, HuggingFaceTokenizer reference, String text) {
        long[] expected = reference.encode(text).getIds();
        long[] actual = tokenizer.encode(text, LENGTH);
        assertThat(Arrays.copyOf(actual, expected.length)).as(text).isEqualTo(expected);
        assertThat(Arrays.stream(actual).skip(expected.length)).allMatch(id -> id == 0);
    }

    /** The native library would read outside the table, and end the process. */
    @Property(seed = "3")
    void survivesAnyTable(@ForAll long seed, @ForAll("texts") String text) {
        Random random = new Random(seed);
        byte[] table = new byte[4 + 4 * 64 + 100];
        random.nextBytes(table);
        ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN).putInt(0, 4 * 64);
        assertThat(CharacterMap.of(table).orElseThrow().apply(text)).isNotNull();
    }
}
