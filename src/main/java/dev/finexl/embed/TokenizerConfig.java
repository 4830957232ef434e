package dev.finexl.embed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the small files beside a vocabulary say: {@code tokenizer_config.json}, and for tokenizers that were saved before
 * transformers 4.34 {@code special_tokens_map.json} and {@code added_tokens.json}.
 *
 * <p>Who wins is decided as in transformers' {@code PreTrainedTokenizerBase._from_pretrained}: where
 * {@code tokenizer_config.json} has an {@code added_tokens_decoder}, it alone counts; else what
 * {@code special_tokens_map.json} says comes first. The two may disagree about the padding of Stable Diffusion 2.
 *
 * @param start the start of text
 * @param end the end of text
 * @param unknown stands for what the vocabulary lacks
 * @param padding fills a sequence up to the context length
 * @param added the tokens that are listed with their ids, by id
 * @param maxLength the context length, start and end included; empty where the files leave it open
 */
record TokenizerConfig(
        AddedToken start,
        AddedToken end,
        AddedToken unknown,
        AddedToken padding,
        SortedMap<Integer, AddedToken> added,
        OptionalInt maxLength) {

    /** Where the length is not known, transformers writes 1e30. No text model comes near this bound. */
    private static final int LONGEST_CONTEXT = 1 << 16;

    private static final String ADDED_DECODER = "added_tokens_decoder";

    /**
     * @param prefix of the files' names, empty or ending with a slash
     * @throws ModelFileException if a file is malformed
     */
    static TokenizerConfig read(ModelFiles files, String prefix) {
        Source config = Source.read(files, prefix + "tokenizer_config.json");
        if (config.json().has(ADDED_DECODER)) {
            return of(files, List.of(config), decoder(files, config), maxLength(files, config));
        }
        Source map = Source.read(files, prefix + "special_tokens_map.json");
        Source added = Source.read(files, prefix + "added_tokens.json");
        return of(files, List.of(map, config), added(files, added), maxLength(files, config));
    }

    private static TokenizerConfig of(
            ModelFiles files, List<Source> sources, SortedMap<Integer, AddedToken> added, OptionalInt maxLength) {
        AddedToken start = token(files, sources, "bos_token", AddedToken.special("<|startoftext|>"));
        AddedToken end = token(files, sources, "eos_token", AddedToken.special("<|endoftext|>"));
        AddedToken unknown = token(files, sources, "unk_token", end);
        AddedToken padding = token(files, sources, "pad_token", end);
        return new TokenizerConfig(start, end, unknown, padding, added, maxLength);
    }

    /** The tokens that have a role. They need not be different. */
    List<AddedToken> special() {
        return List.of(start, end, unknown, padding);
    }

    private static AddedToken token(ModelFiles files, List<Source> sources, String field, AddedToken fallback) {
        for (Source source : sources) {
            if (source.json().hasNonNull(field)) {
                return parse(files, source, field, source.json().get(field), true);
            }
        }
        return fallback;
    }

    private static AddedToken parse(ModelFiles files, Source source, String field, JsonNode node, boolean special) {
        return AddedToken.of(node, special)
                .orElseThrow(() -> new ModelFileException(
                        files,
                        source.name(),
                        "has a '%s' that is neither text nor an object with 'content'".formatted(field)));
    }

    private static SortedMap<Integer, AddedToken> decoder(ModelFiles files, Source config) {
        SortedMap<Integer, AddedToken> added = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry :
                config.json().get(ADDED_DECODER).properties()) {
            String field = ADDED_DECODER + "." + entry.getKey();
            added.put(id(files, config, field, entry.getKey()), parse(files, config, field, entry.getValue(), false));
        }
        return added;
    }

    private static SortedMap<Integer, AddedToken> added(ModelFiles files, Source source) {
        SortedMap<Integer, AddedToken> added = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : source.json().properties()) {
            int id = id(files, source, entry.getKey(), entry.getValue().asText());
            added.put(id, AddedToken.word(entry.getKey()));
        }
        return added;
    }

    private static int id(ModelFiles files, Source source, String field, String text) {
        try {
            int id = Integer.parseInt(text);
            if (id >= 0) {
                return id;
            }
        } catch (NumberFormatException _) {
            // Said below, together with the negative ones.
        }
        throw new ModelFileException(
                files,
                source.name(),
                "has the id '%s' for '%s', expected a whole number from 0"
                        .formatted(ModelJson.excerpt(text), ModelJson.excerpt(field)));
    }

    private static OptionalInt maxLength(ModelFiles files, Source config) {
        if (!config.json().hasNonNull("model_max_length")) {
            return OptionalInt.empty();
        }
        JsonNode node = config.json().get("model_max_length");
        if (!node.isNumber() || !(node.doubleValue() >= 2)) {
            throw new ModelFileException(
                    files,
                    config.name(),
                    "has the 'model_max_length' %s, expected a number from 2".formatted(ModelJson.excerpt(node)));
        }
        double length = node.doubleValue();
        return length > LONGEST_CONTEXT ? OptionalInt.empty() : OptionalInt.of((int) length);
    }

    private record Source(String name, ObjectNode json) {

        /** A file that is not there says nothing. */
        static Source read(ModelFiles files, String name) {
            return new Source(name, ModelJson.readIfPresent(files, name));
        }
    }
}
