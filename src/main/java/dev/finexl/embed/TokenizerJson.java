package dev.finexl.embed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;

/**
 * A CLIP tokenizer in the one form that the tokenizer library reads: what transformers 5 writes as
 * {@code tokenizer.json}, put together from a vocabulary and the configuration beside it.
 *
 * @param bytes of the JSON
 * @param start id of the start of text
 * @param end id of the end of text
 * @param padding id of the padding
 * @param bySpaces whether what a text becomes is what its parts between spaces become, as no added token has white space in it
 */
record TokenizerJson(byte[] bytes, int start, int end, int padding, boolean bySpaces) {

    private static final String CLIP = """
            {
              "version": "1.0",
              "truncation": null,
              "padding": null,
              "added_tokens": [],
              "normalizer": {"type": "Sequence", "normalizers": [
                {"type": "NFC"},
                {"type": "Replace", "pattern": {"Regex": "\\\\s+"}, "content": " "},
                {"type": "Lowercase"}]},
              "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": ""}, "behavior": "Removed", "invert": true},
                {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]},
              "post_processor": {"type": "RobertaProcessing", "sep": [], "cls": [],
                "trim_offsets": false, "add_prefix_space": false},
              "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
              "model": {"type": "BPE", "dropout": null, "unk_token": "", "continuing_subword_prefix": "",
                "end_of_word_suffix": "</w>", "fuse_unk": false, "byte_fallback": false, "ignore_merges": false}
            }
            """;

    /**
     * @throws ModelFileException if the vocabulary lacks a token that the configuration names, or the added tokens do
     *     not go with it
     */
    static TokenizerJson of(ModelFiles files, BpeVocabulary vocabulary, TokenizerConfig config) {
        ObjectNode json = template();
        ObjectNode model = json.withObjectProperty("model");
        String unknown = config.unknown().content();
        vocabulary.id(files, unknown);
        model.put("unk_token", unknown);
        model.set("vocab", vocabulary.tokens());
        model.set("merges", vocabulary.merges());

        AddedTokens added = AddedTokens.of(files, vocabulary, config);
        added.write(json.withArrayProperty("added_tokens"));
        ObjectNode frame = json.withObjectProperty("post_processor");
        putFrame(frame.withArrayProperty("cls"), config.start(), added);
        putFrame(frame.withArrayProperty("sep"), config.end(), added);
        return new TokenizerJson(
                write(json),
                added.id(config.start()),
                added.id(config.end()),
                added.id(config.padding()),
                added.none(content ->
                        content.chars().anyMatch(c -> Character.isWhitespace(c) || Character.isSpaceChar(c))));
    }

    private static void putFrame(ArrayNode target, AddedToken token, AddedTokens added) {
        target.add(token.content()).add(added.id(token));
    }

    private static ObjectNode template() {
        try {
            ObjectNode json = (ObjectNode) ModelJson.MAPPER.readTree(CLIP);
            ((ObjectNode) json.at("/pre_tokenizer/pretokenizers/0/pattern")).put("Regex", BpeVocabulary.SPLIT);
            return json;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] write(ObjectNode json) {
        try {
            return ModelJson.MAPPER.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
