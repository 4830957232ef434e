package dev.finexl.embed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * What is particular to one CLIP tokenizer: its tokens, its merges and what was added to them. Models bring it either in
 * {@code tokenizer.json} or, most diffusion models, as {@code vocab.json} and {@code merges.txt}.
 *
 * <p>Of {@code tokenizer.json} only this is used, as by transformers 5: normaliser and splitting pattern are the same for
 * every CLIP. A file that says otherwise is refused. Its ids would be wrong, and a pattern can make the native library
 * abort the process.
 *
 * @param name of the file to blame for what is wrong
 * @param tokens id of each token
 * @param merges the pairs to join, first the ones of highest rank; each as text with a space or as an array of two
 * @param added tokens that are found in the text as a whole, by id
 */
record BpeVocabulary(String name, ObjectNode tokens, ArrayNode merges, SortedMap<Integer, AddedToken> added) {

    /**
     * CLIP's splitting pattern. Some files put start and end of text before it, which changes nothing: those are found
     * before the text is split.
     */
    static final String SPLIT = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

    private static final int LARGEST = 32 << 20;

    /**
     * Finds a vocabulary.
     *
     * @param prefix of the files' names, empty or ending with a slash
     * @throws ModelFileException if there is neither form, or a file is malformed, larger than 32 MiB or not CLIP's
     */
    static BpeVocabulary read(ModelFiles files, String prefix) {
        String single = prefix + "tokenizer.json";
        if (files.has(single)) {
            return ofSingleFile(files, single);
        }
        String vocab = prefix + "vocab.json";
        if (files.has(vocab)) {
            ObjectNode tokens = ModelJson.read(files, vocab, LARGEST);
            return new BpeVocabulary(vocab, tokens, merges(files, prefix + "merges.txt"), new TreeMap<>());
        }
        throw new ModelFileException(
                "%s: has no tokenizer: neither '%s' nor '%s' is there".formatted(files.reference(), single, vocab));
    }

    /**
     * The id of a token of the vocabulary.
     *
     * @throws ModelFileException if the vocabulary lacks it
     */
    int id(ModelFiles files, String token) {
        JsonNode id = tokens.path(token);
        if (!id.canConvertToInt()) {
            throw new ModelFileException(files, name, "has no token '%s'".formatted(token));
        }
        return id.intValue();
    }

    private static BpeVocabulary ofSingleFile(ModelFiles files, String name) {
        ObjectNode json = ModelJson.read(files, name, LARGEST);
        require(files, name, "model.type", json.at("/model/type").asText("BPE"), "BPE");
        require(
                files,
                name,
                "model.end_of_word_suffix",
                json.at("/model/end_of_word_suffix").asText(),
                "</w>");
        require(files, name, "normalizer", types(json.at("/normalizer/normalizers")), "NFC, Replace, Lowercase");
        JsonNode split = json.at("/pre_tokenizer/pretokenizers");
        require(files, name, "pre_tokenizer", types(split), "Split, ByteLevel");
        String pattern = split.at("/0/pattern/Regex").asText();
        require(files, name, "pre_tokenizer's pattern", pattern, pattern.endsWith("|" + SPLIT) ? pattern : SPLIT);
        if (!(json.at("/model/vocab") instanceof ObjectNode tokens)
                || !(json.at("/model/merges") instanceof ArrayNode merges)) {
            throw new ModelFileException(files, name, "has no 'model.vocab' or no 'model.merges'");
        }
        return new BpeVocabulary(name, tokens, merges, added(files, name, json.path("added_tokens")));
    }

    private static void require(ModelFiles files, String name, String field, String found, String expected) {
        if (!found.equals(expected)) {
            throw new ModelFileException(
                    files,
                    name,
                    "is not a CLIP tokenizer: its %s is '%s', expected '%s'"
                            .formatted(field, ModelJson.excerpt(found), expected));
        }
    }

    private static String types(JsonNode steps) {
        StringJoiner types = new StringJoiner(", ");
        steps.forEach(step -> types.add(step.path("type").asText()));
        return types.toString();
    }

    private static SortedMap<Integer, AddedToken> added(ModelFiles files, String name, JsonNode list) {
        SortedMap<Integer, AddedToken> added = new TreeMap<>();
        for (JsonNode entry : list) {
            JsonNode id = entry.path("id");
            AddedToken token = AddedToken.of(entry, false)
                    .filter(_ -> id.canConvertToInt())
                    .orElseThrow(() -> new ModelFileException(
                            files, name, "has an element of 'added_tokens' without 'id' or 'content'"));
            added.put(id.intValue(), token);
        }
        return added;
    }

    private static ArrayNode merges(ModelFiles files, String name) {
        ArrayNode merges = JsonNodeFactory.instance.arrayNode();
        String text = new String(ModelJson.bytes(files, name, LARGEST), StandardCharsets.UTF_8);
        text.lines()
                .filter(line -> !line.isEmpty() && !line.startsWith("#version"))
                .forEach(line -> merges.add(requirePair(files, name, line)));
        return merges;
    }

    private static String requirePair(ModelFiles files, String name, String line) {
        int space = line.indexOf(' ');
        if (space <= 0 || space == line.length() - 1 || line.indexOf(' ', space + 1) >= 0) {
            throw new ModelFileException(
                    files,
                    name,
                    "has the merge '%s', expected two tokens and one space".formatted(ModelJson.excerpt(line)));
        }
        return line;
    }
}
