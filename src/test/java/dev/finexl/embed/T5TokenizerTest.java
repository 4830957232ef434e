package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.Golden;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelJson;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class T5TokenizerTest {

    private static final MemoryFiles FILES = Golden.files("compat/sd3/tokenizer_3");
    private static final String FILE = "tokenizer.json";

    @ParameterizedTest
    @CsvSource({"sd3, tokenizer_3", "flux, tokenizer_2"})
    void equalsTransformers(String model, String folder) {
        T5Tokenizer tokenizer = T5Tokenizer.open(Golden.files("compat/" + model), folder);
        for (JsonNode run : Golden.json("compat/" + model + "/golden.json").get("runs")) {
            assertIds(tokenizer, run.get("prompt").asText(), run.at("/tokens/" + folder + "/prompt"));
            JsonNode negative = run.at("/tokens/" + folder + "/negative");
            if (!negative.isNull()) {
                assertIds(tokenizer, run.get("negative_prompt").asText(""), negative);
            }
        }
    }

    /** The golden ids end at the first padding. */
    private static void assertIds(T5Tokenizer tokenizer, String text, JsonNode golden) {
        long[] expected = Golden.longs(golden.get("ids"));
        long[] actual = tokenizer.encode(text, golden.get("length").asInt());
        assertThat(actual).hasSize(golden.get("length").asInt()).startsWith(expected);
        assertThat(Arrays.stream(actual).skip(expected.length))
                .allMatch(id -> id == golden.get("pad_id").asLong());
    }

    @Test
    void keepsTheEndOfALongText() {
        T5Tokenizer tokenizer = T5Tokenizer.open(FILES, "");
        long[] all = tokenizer.encode("a red house in the rain", 20);
        assertThat(tokenizer.encode("a red house in the rain", 3)).containsExactly(all[0], all[1], 1);
        assertThat(tokenizer.encode("a red house in the rain", 1)).containsExactly(1);
    }

    @Test
    void refusesATextThatNobodyWrites() {
        T5Tokenizer tokenizer = T5Tokenizer.open(FILES, "");
        assertThat(tokenizer.encode("x ".repeat(5000), 4)).endsWith(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer.encode("x".repeat(10_001), 4))
                .withMessageContaining("the text has 10001 characters, at most 10000 are accepted");
    }

    @Test
    void asksForTheFile() {
        assertRefused(FILES.without(FILE), "is missing; expected the tokenizer of T5");
    }

    @Test
    void refusesWhatWouldGiveOtherIds() throws IOException {
        assertRefused(changed(json -> model(json).put("type", "BPE")), "its model.type is 'BPE', expected 'Unigram'");
        assertRefused(changed(json -> model(json).put("byte_fallback", true)), "its model.byte_fallback is 'true'");
        assertRefused(changed(json -> model(json).put("unk_id", 5000)), "its model.unk_id has 5000");
        assertRefused(
                changed(json -> pieces(json).addArray().add("x".repeat(65)).add(-1)),
                "expected different pieces of 1 to 64 characters with finite scores");
        assertRefused(changed(json -> pieces(json).addArray().add("twice").add("none")), "its model.vocab has");
        assertRefused(changed(json -> pieces(json).add(pieces(json).get(3).deepCopy())), "expected different pieces");
        assertRefused(
                changed(json -> json.withObject("/normalizer").put("type", "Nmt")),
                "its normalizer has \"Nmt\", expected Precompiled, Strip, Lowercase or Replace");
        assertRefused(
                changed(json -> ((ObjectNode) json.at("/normalizer/normalizers/2/pattern")).put("Regex", "(a+)+$")),
                "its normalizer's pattern has (a+)+$, expected one of [ {2,}, \\s+");
        assertRefused(
                changed(json -> json.withObject("/pre_tokenizer").put("type", "ByteLevel")),
                "its pre_tokenizer is 'ByteLevel', expected 'Metaspace'");
        assertRefused(
                changed(json -> ((ObjectNode) json.at("/added_tokens/0")).put("single_word", true)),
                "its added_tokens has");
        assertRefused(
                changed(json -> {
                    for (int i = 0; i < 1000; i++) {
                        ((ArrayNode) json.get("added_tokens"))
                                .addObject()
                                .put("id", i)
                                .put("content", "<" + i + ">");
                    }
                }),
                "its added_tokens has 1011, expected at most 1000");
    }

    @ParameterizedTest
    @CsvSource({"'!', that is no Base64", "AAAA, whose sizes do not fit", "/////w==, whose sizes do not fit"})
    void refusesATableThatCannotBe(String base64, String why) throws IOException {
        assertRefused(
                changed(json ->
                        ((ObjectNode) json.at("/normalizer/normalizers/0")).put("precompiled_charsmap", base64)),
                "has a normalizer.precompiled_charsmap " + why);
    }

    private static ObjectNode model(ObjectNode json) {
        return json.withObject("/model");
    }

    private static ArrayNode pieces(ObjectNode json) {
        return (ArrayNode) json.at("/model/vocab");
    }

    private static MemoryFiles changed(Consumer<ObjectNode> change) throws IOException {
        ObjectNode json = (ObjectNode) ModelJson.MAPPER.readTree(FILES.read(FILE, 1 << 20));
        change.accept(json);
        return FILES.with(FILE, ModelJson.MAPPER.writeValueAsString(json));
    }

    private static void assertRefused(MemoryFiles files, String message) {
        assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> T5Tokenizer.open(files, ""))
                .withMessageContaining(FILE)
                .withMessageContaining(message);
    }
}
