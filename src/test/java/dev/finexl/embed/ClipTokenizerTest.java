package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.Golden;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFileException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClipTokenizerTest {

    private static final MemoryFiles MINI = Golden.files("mini/tokenizer");
    private static final MemoryFiles MINI_TWO_FILES = MINI.without("tokenizer.json");

    @Test
    void equalsTransformersOnThePublishedVocabulary() {
        try (ClipTokenizer tokenizer = ClipTokenizer.open(Golden.files("clip-tokenizer"), "")) {
            List<JsonNode> cases = Golden.cases("clip_tokens.json").toList();
            assertThat(cases).hasSize(20);
            for (JsonNode example : cases) {
                String text = example.get("text").textValue();
                assertThat(tokenizer.encode(text)).as(text).isEqualTo(Golden.longs(example.get("ids")));
            }
        }
    }

    @Test
    void bothFormsGiveTheMiniaturesIds() {
        JsonNode texts = Golden.json("mini/golden.json").get("text");
        assertThat(texts).isNotEmpty();
        for (MemoryFiles form : List.of(MINI, MINI_TWO_FILES)) {
            try (ClipTokenizer tokenizer = ClipTokenizer.open(form, "")) {
                assertThat(tokenizer.contextLength()).isEqualTo(32);
                for (JsonNode example : texts) {
                    assertThat(tokenizer.encode(example.get("text").textValue()))
                            .isEqualTo(Golden.longs(example.get("ids")));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sd1", "sd1-transformers5", "sd2"})
    void equalsDiffusersPipelines(String model) {
        JsonNode runs = Golden.json("compat/%s/golden.json".formatted(model.startsWith("sd1") ? "sd1" : model))
                .get("runs");
        assertThat(runs).isNotEmpty();
        try (ClipTokenizer tokenizer = ClipTokenizer.open(Golden.files("compat/" + model), "tokenizer")) {
            for (JsonNode run : runs) {
                JsonNode tokens = run.at("/tokens/tokenizer");
                assertRun(tokenizer, run.get("prompt"), tokens.get("prompt"));
                assertRun(tokenizer, run.get("negative_prompt"), tokens.get("negative"));
            }
        }
    }

    /** The golden lists the ids up to the first padding, or past it where the padding has an id of its own. */
    private static void assertRun(ClipTokenizer tokenizer, JsonNode prompt, JsonNode expected) {
        String text = prompt.isNull() ? "" : prompt.textValue();
        long[] listed = Golden.longs(expected.get("ids"));
        long[] padded = Arrays.copyOf(listed, expected.get("length").intValue());
        Arrays.fill(padded, listed.length, padded.length, expected.get("pad_id").longValue());
        assertThat(tokenizer.encode(text)).as(text).isEqualTo(padded);
        assertThat(tokenizer.paddingId()).isEqualTo(expected.get("pad_id").longValue());
    }

    @Test
    void unpaddedIdsFeedSplitClip() {
        try (ClipTokenizer tokenizer = ClipTokenizer.open(Golden.files("compat/clip-split"), "")) {
            for (JsonNode example : Golden.json("compat/clip-split/golden.json").get("texts")) {
                assertThat(tokenizer.tokenize(example.get("text").textValue()).unpadded())
                        .isEqualTo(Golden.longs(example.get("input_ids")));
            }
        }
    }

    @Test
    void idsAndMaskFeedCombinedClip() {
        JsonNode golden = Golden.json("compat/clip-combined/golden.json");
        int longest = golden.get("input_ids").get(0).size();
        try (ClipTokenizer tokenizer = ClipTokenizer.open(Golden.files("compat/clip-combined"), "", longest)) {
            for (int i = 0; i < golden.get("texts").size(); i++) {
                TokenSequence tokens = tokenizer.tokenize(
                        golden.get("texts").get(i).get("text").textValue());
                assertThat(tokens.ids())
                        .isEqualTo(Golden.longs(golden.get("input_ids").get(i)));
                assertThat(tokens.attentionMask())
                        .isEqualTo(Golden.longs(golden.get("attention_mask").get(i)));
            }
        }
    }

    @Test
    void paddingIsFoundInTheTextAsTransformersFindsIt() {
        // As transformers 5.18 gives them.
        long[] hello = {699, 71, 68, 75, 75, 334, 0, 700};
        MemoryFiles twoFiles = Golden.files("compat/sd2/tokenizer");
        try (ClipTokenizer tokenizer = ClipTokenizer.open(twoFiles, "")) {
            assertThat(tokenizer.tokenize("hello!").unpadded()).isEqualTo(hello);
            assertThat(tokenizer.tokenize("<|ENDOFTEXT|> x").unpadded()).containsExactly(699, 700, 343, 700);
        }
        MemoryFiles oneFile = Golden.files("compat/sd1-transformers5/tokenizer");
        String config = oneFile.text("tokenizer_config.json")
                .replace("\"pad_token\": \"<|endoftext|>\"", "\"pad_token\": \"!\"");
        try (ClipTokenizer tokenizer = ClipTokenizer.open(oneFile.with("tokenizer_config.json", config), "")) {
            assertThat(tokenizer.tokenize("hello!").unpadded()).isEqualTo(hello);
            assertThat(tokenizer.paddingId()).isZero();
        }
    }

    @Test
    void theMapOfSpecialTokensWinsInOldFilesOnly() {
        MemoryFiles old = MINI_TWO_FILES
                .with("tokenizer_config.json", "{\"model_max_length\": 77, \"pad_token\": \"<|endoftext|>\"}")
                .with("special_tokens_map.json", "{\"pad_token\": {\"content\": \"!\", \"normalized\": true}}");
        try (ClipTokenizer tokenizer = ClipTokenizer.open(old, "")) {
            assertThat(tokenizer.paddingId()).isZero();
        }
        MemoryFiles current = old.with(
                "tokenizer_config.json",
                "{\"model_max_length\": 77, \"pad_token\": \"<|endoftext|>\", \"added_tokens_decoder\": {}}");
        try (ClipTokenizer tokenizer = ClipTokenizer.open(current, "")) {
            assertThat(tokenizer.paddingId()).isEqualTo(864);
        }
    }

    @Test
    void wordsThatWereAddedAreOneToken() {
        MemoryFiles inverted = MINI_TWO_FILES.with("added_tokens.json", "{\"<sks-cat>\": 865, \"<sks-dog>\": 866}");
        try (ClipTokenizer tokenizer = ClipTokenizer.open(inverted, "")) {
            assertThat(tokenizer.tokenize("a <sks-dog>").unpadded()).containsExactly(863, 320, 866, 864);
        }
    }

    @Test
    void aTextThatIsTooLongKeepsTheEndOfText() {
        try (ClipTokenizer tokenizer = ClipTokenizer.open(MINI, "", 8)) {
            TokenSequence whole = tokenizer.tokenize("a a a a a a");
            assertThat(whole.ids()).containsExactly(863, 320, 320, 320, 320, 320, 320, 864);
            assertThat(whole.truncated()).isFalse();
            TokenSequence cut = tokenizer.tokenize("a a a a a a red");
            assertThat(cut.ids()).isEqualTo(whole.ids());
            assertThat(cut.truncated()).isTrue();
            assertThat(cut.untruncated())
                    .isEqualTo(tokenizer.countTokens("a a a a a a red"))
                    .isEqualTo(9);
        }
    }

    @Test
    void anUnknownContextLengthIsTheEncoders() {
        MemoryFiles model =
                MINI.with("tokenizer_config.json", "{\"model_max_length\": 1000000000000000019884624838656}");
        try (ClipTokenizer tokenizer = ClipTokenizer.open(model, "", 77)) {
            assertThat(tokenizer.encode("red")).hasSize(77);
        }
        assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> ClipTokenizer.open(model, ""))
                .withMessageContaining("'tokenizer_config.json' has no 'model_max_length'");
        try (ClipTokenizer tokenizer = ClipTokenizer.open(MINI, "", 16)) {
            assertThat(tokenizer.contextLength()).isEqualTo(16);
        }
    }

    @Test
    void batchesAreTheTextsOneByOne() {
        try (ClipTokenizer tokenizer = ClipTokenizer.open(MINI, "")) {
            List<String> texts = List.of("a red circle", "", "a blue square on a table");
            assertThat(tokenizer.encode(texts))
                    .isEqualTo(texts.stream().map(tokenizer::encode).toArray(long[][]::new));
            assertThat(tokenizer.tokenize(texts))
                    .isEqualTo(texts.stream().map(tokenizer::tokenize).toList());
        }
    }

    @Test
    void anyThreadMayEncode() throws Exception {
        try (ClipTokenizer tokenizer = ClipTokenizer.open(MINI, "");
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<String> texts = IntStream.range(0, 200)
                    .mapToObj(i -> "a red circle number " + i)
                    .toList();
            List<long[]> expected = texts.stream().map(tokenizer::encode).toList();
            List<Future<long[]>> found = texts.stream()
                    .map(text -> threads.submit(() -> tokenizer.encode(text)))
                    .toList();
            for (int i = 0; i < texts.size(); i++) {
                assertThat(found.get(i).get()).isEqualTo(expected.get(i));
            }
        }
    }

    @Test
    void aClosedTokenizerSaysSo() {
        ClipTokenizer tokenizer = ClipTokenizer.open(MINI, "");
        tokenizer.close();
        tokenizer.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> tokenizer.encode("red"))
                .withMessage("the tokenizer is closed");
    }

    @Test
    void aTextHasABound() {
        try (ClipTokenizer tokenizer = ClipTokenizer.open(MINI, "")) {
            assertThat(tokenizer.encode("x".repeat(ClipTokenizer.LONGEST_TEXT))).hasSize(32);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tokenizer.encode("x".repeat(1 << 20)))
                    .withMessageContaining("has 1048576 characters, at most 10000 are accepted");
        }
    }

    @Test
    void unpairedSurrogatesAndNulDoNoHarm() {
        try (ClipTokenizer tokenizer = ClipTokenizer.open(MINI, "")) {
            assertThat(tokenizer.encode("a \uD83C b \uDFA8")).isEqualTo(tokenizer.encode("a \uFFFD b \uFFFD"));
            assertThat(tokenizer.tokenize("a\0b").unpadded()).containsExactly(863, 320, 444, 321, 864);
        }
    }

    static Stream<Arguments> spoiltFiles() {
        String json = MINI.text("tokenizer.json");
        String config = MINI.text("tokenizer_config.json");
        String merges = MINI.text("merges.txt");
        String vocab = MINI.text("vocab.json");
        return Stream.of(
                arguments("tokenizer.json", "", "'tokenizer.json' is not a JSON object"),
                arguments("tokenizer.json", json.substring(0, 5000), "'tokenizer.json' is not JSON"),
                arguments("tokenizer.json", "[1, 2]", "'tokenizer.json' is not a JSON object"),
                arguments("tokenizer.json", "{\"a\":".repeat(100_000), "'tokenizer.json' is not JSON"),
                arguments("tokenizer.json", json.replace("\"BPE\"", "\"Unigram\""), "its model.type is 'Unigram'"),
                arguments(
                        "tokenizer.json", json.replace("_suffix\": \"</w>\"", "_suffix\": \"\""), "end_of_word_suffix"),
                arguments("tokenizer.json", json.replace("\"NFC\"", "\"NFKC\""), "its normalizer is 'NFKC, Replace"),
                arguments("tokenizer.json", json.replace("'s|'t", "(a+)+$|'t"), "its pre_tokenizer's pattern is"),
                arguments("tokenizer.json", json.replace("\"vocab\"", "\"vocabulary\""), "has no 'model.vocab'"),
                arguments(
                        "tokenizer.json",
                        json.replace("\"id\": 863", "\"id\": 999"),
                        "'<|startoftext|>' has the id 999"),
                arguments("tokenizer.json", json.replace("\"id\": 863", "\"ident\": 1"), "without 'id' or 'content'"),
                arguments("tokenizer.json", json.replace("\"a\": 64,", ""), "is refused by the tokenizer library"),
                arguments("tokenizer.json", json.replace("\"a\": 64,", "\"a\": -64,"), "is refused by the tokenizer"),
                arguments("tokenizer_config.json", "{", "'tokenizer_config.json' is not JSON"),
                arguments(
                        "tokenizer_config.json",
                        config.replace("32", "\"long\""),
                        "has the 'model_max_length' \"long\""),
                arguments("tokenizer_config.json", config.replace("32", "1"), "has the 'model_max_length' 1"),
                arguments(
                        "tokenizer_config.json",
                        "{\"pad_token\": 7}",
                        "'tokenizer_config.json' has a 'pad_token' that is neither"),
                arguments(
                        "tokenizer_config.json",
                        "{\"added_tokens_decoder\": {\"x\": \"y\"}}",
                        "'tokenizer_config.json' has the id 'x'"),
                arguments("vocab.json", vocab.replace("\"<|endoftext|>\"", "\"end\""), "has no token '<|endoftext|>'"),
                arguments("vocab.json", "{}", "'vocab.json' has no token"),
                arguments(
                        "added_tokens.json",
                        "{\"new\": 900}",
                        "'vocab.json' does not go with its added tokens: 'new' has the id 900, expected 865"),
                arguments("added_tokens.json", "{\"new\": \"-1\"}", "'added_tokens.json' has the id '-1' for 'new'"),
                arguments("merges.txt", merges + "\nthree of them", "'merges.txt' has the merge 'three of them'"),
                arguments("merges.txt", merges + "\nno-space", "'merges.txt' has the merge 'no-space'"),
                arguments("merges.txt", merges + "\nun known", "'vocab.json' is refused by the tokenizer library"));
    }

    @ParameterizedTest
    @MethodSource("spoiltFiles")
    void aSpoiltFileIsNamed(String name, String content, String message) {
        MemoryFiles whole = name.equals("tokenizer.json") ? MINI : MINI_TWO_FILES;
        assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> ClipTokenizer.open(whole.with(name, content), "", 77))
                .withMessageContaining("memory:test")
                .withMessageContaining(message);
    }

    @Test
    void missingFilesAreNamed() {
        assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> ClipTokenizer.open(MINI, "tokenizer", 77))
                .withMessageContaining("neither 'tokenizer/tokenizer.json' nor 'tokenizer/vocab.json' is there");
        assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> ClipTokenizer.open(MINI_TWO_FILES.without("merges.txt"), ""))
                .withMessageContaining("'merges.txt'");
    }

    @Test
    void aFileHasABound() {
        assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> ClipTokenizer.open(MINI.with("tokenizer.json", new byte[(32 << 20) + 1]), ""))
                .withMessageContaining("is larger than the 33554432 bytes accepted here");
    }
}
