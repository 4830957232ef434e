package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.Golden;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class ClipTokenizerProperties {

    private static ClipTokenizer tokenizer;

    @BeforeContainer
    static void open() {
        tokenizer = ClipTokenizer.open(Golden.files("mini/tokenizer"), "");
    }

    @AfterContainer
    static void close() {
        tokenizer.close();
    }

    @Property(seed = "1")
    void everyTextIsFramedAndPadded(@ForAll @StringLength(max = 100) String text) {
        TokenSequence tokens = tokenizer.tokenize(text);
        assertThat(tokens.ids()).hasSize(32);
        assertThat(Arrays.stream(tokens.ids())).allMatch(id -> id >= 0 && id < 865);
        assertThat(tokens.length()).isBetween(2, 32);
        assertThat(tokens.unpadded()).startsWith(863).endsWith(864);
        assertThat(Arrays.stream(tokens.ids()).skip(tokens.length())).allMatch(id -> id == 864);
        assertThat(Arrays.stream(tokens.attentionMask()).sum()).isEqualTo(tokens.length());
        assertThat(tokens.truncated()).isEqualTo(tokenizer.countTokens(text) > 32);
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> word = Arbitraries.oneOf(
                Arbitraries.of(
                        "a",
                        "red",
                        "Circle",
                        "fish,",
                        "it's",
                        "'re",
                        "<|endoftext|>",
                        "x<|startoftext|>y",
                        "12",
                        "...",
                        ""),
                Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(50),
                Arbitraries.strings().ofMaxLength(4));
        return word.list().ofMaxSize(12).map(words -> String.join(" ", words));
    }

    /** Words that are remembered make what the library makes of the whole. */
    @Property(seed = "2")
    void aTextIsItsWords(@ForAll("texts") String text) {
        assertThat(tokenizer.countTokens(text)).isEqualTo(tokenizer.asked(text).length);
        long[] whole = tokenizer.asked(text);
        if (whole.length <= 32) {
            assertThat(tokenizer.tokenize(text).unpadded()).isEqualTo(whole);
        }
    }
}
