package dev.finexl.embed;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * All added tokens of a tokenizer, with ids that hold. The tokenizer library numbers them by itself, as in the
 * vocabulary or else on from its end, and does not say so when the files say something else. So that is checked here.
 */
final class AddedTokens {

    private final SortedMap<Integer, AddedToken> byId = new TreeMap<>();
    private final Map<String, Integer> ids = new HashMap<>();

    private AddedTokens() {}

    /**
     * Collects the tokens that the vocabulary's file lists, those of the configuration, and those that have a role.
     *
     * @throws ModelFileException if two lists contradict each other or the vocabulary
     */
    static AddedTokens of(ModelFiles files, BpeVocabulary vocabulary, TokenizerConfig config) {
        AddedTokens tokens = new AddedTokens();
        vocabulary.added().forEach((id, token) -> tokens.add(files, vocabulary, id, token));
        config.added().forEach((id, token) -> tokens.add(files, vocabulary, id, token));
        for (AddedToken token : config.special()) {
            if (!tokens.ids.containsKey(token.content())) {
                tokens.add(files, vocabulary, vocabulary.id(files, token.content()), token);
            }
        }
        int next = vocabulary.tokens().size();
        for (Map.Entry<Integer, AddedToken> entry : tokens.byId.entrySet()) {
            String content = entry.getValue().content();
            int expected = vocabulary.tokens().has(content) ? vocabulary.id(files, content) : next++;
            if (entry.getKey() != expected) {
                throw contradiction(files, vocabulary, content, entry.getKey(), expected);
            }
        }
        return tokens;
    }

    private void add(ModelFiles files, BpeVocabulary vocabulary, int id, AddedToken token) {
        Integer other = ids.putIfAbsent(token.content(), id);
        if (other != null && other != id) {
            throw contradiction(files, vocabulary, token.content(), id, other);
        }
        AddedToken same = byId.putIfAbsent(id, token);
        if (same != null && !same.content().equals(token.content())) {
            throw new ModelFileException(
                    files,
                    vocabulary.name(),
                    "does not go with its configuration: the added token %d is '%s' and '%s'"
                            .formatted(id, same.content(), token.content()));
        }
    }

    private static ModelFileException contradiction(
            ModelFiles files, BpeVocabulary vocabulary, String content, int id, int expected) {
        return new ModelFileException(
                files,
                vocabulary.name(),
                "does not go with its added tokens: '%s' has the id %d, expected %d".formatted(content, id, expected));
    }

    /** The id of a token that has a role. */
    int id(AddedToken token) {
        return ids.get(token.content());
    }

    /** Whether something holds of the text of no token. */
    boolean none(Predicate<String> condition) {
        return ids.keySet().stream().noneMatch(condition);
    }

    /** Writes the tokens as {@code added_tokens} of a {@code tokenizer.json}. */
    void write(ArrayNode list) {
        byId.forEach((id, token) -> token.write(list.addObject(), id));
    }
}
