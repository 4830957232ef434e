package dev.finexl.embed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.embed.UnigramPieces.Piece;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The {@code tokenizer.json} of a sentencepiece unigram tokenizer, as far as T5's and SigLIP's use the format. Whatever else it asks for is
 * refused, since other ids would come out.
 *
 * @param normalizer what is done to a text first
 * @param words how it is cut into words
 * @param pieces what words are made of
 * @param added tokens that are found in the text as a whole
 * @param end id of the end of text
 * @param padding id of the padding
 */
record UnigramJson(
        UnaryOperator<String> normalizer,
        WordSplitter words,
        UnigramPieces pieces,
        List<Added> added,
        int end,
        int padding) {

    private static final int LARGEST = 32 << 20;
    /** Each is looked for at each place of a text. T5 has 103. */
    private static final int MOST_ADDED = 1000;

    /** A stranger's regular expression could run for ever; these are the ones that are published. */
    private static final Map<String, Pattern> PATTERNS = patterns();

    private static final String END = "</s>";
    private static final String PADDING = "<pad>";

    /** A token that is found in the text as a whole. */
    record Added(AddedToken token, int id) {

        int length() {
            return token.content().length();
        }
    }

    /** @param prefix of the file's name, empty or ending with a slash */
    static UnigramJson read(ModelFiles files, String prefix) {
        return new Reader(files, prefix + "tokenizer.json").read(prefix);
    }

    private static Map<String, Pattern> patterns() {
        String punctuation = "[!\\\"#$%&'()*+,\\-.:;=?@\\[\\\\\\]^_`{|}~]";
        Map<String, Pattern> patterns = new LinkedHashMap<>();
        patterns.put(" {2,}", Pattern.compile(" {2,}"));
        patterns.put("\\s+", Pattern.compile("\\p{IsWhite_Space}+"));
        patterns.put(punctuation, Pattern.compile(punctuation));
        return patterns;
    }

    /** Letter by letter: the tokenizer library knows no final sigma. */
    private static String lowerCase(String text) {
        return text.codePoints()
                .mapToObj(letter -> Character.toString(letter).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    /** The longest added token that stands at a place of a text; empty if there is none. */
    Optional<Added> addedAt(String text, int at) {
        return added.stream()
                .filter(one -> text.startsWith(one.token().content(), at))
                .max(Comparator.comparingInt(Added::length));
    }

    private record Reader(ModelFiles files, String name) {

        UnigramJson read(String prefix) {
            if (!files.has(name)) {
                throw new ModelFileException(files, name, "is missing; expected the tokenizer of T5");
            }
            ObjectNode json = ModelJson.read(files, name, LARGEST);
            require("model.type", json.at("/model/type").asText("Unigram"), "Unigram");
            require("model.byte_fallback", json.at("/model/byte_fallback").asText("false"), "false");
            Map<String, Piece> pieces = pieces(json.at("/model/vocab"));
            List<Added> added = added(json.path("added_tokens"));
            JsonNode unknown = json.at("/model/unk_id");
            if (!unknown.canConvertToInt() || unknown.intValue() < 0 || unknown.intValue() >= pieces.size()) {
                throw refused("model.unk_id", unknown, "the place of a piece");
            }
            ObjectNode config = ModelJson.readIfPresent(files, prefix + "tokenizer_config.json");
            return new UnigramJson(
                    normalizer(json.path("normalizer")),
                    words(json.path("pre_tokenizer")),
                    new UnigramPieces(pieces, unknown.intValue()),
                    added,
                    id(END, pieces, added),
                    id(content(config.path("pad_token"), PADDING), pieces, added));
        }

        private Map<String, Piece> pieces(JsonNode list) {
            if (!list.isArray() || list.isEmpty()) {
                throw refused("model.vocab", list, "a list of pieces");
            }
            Map<String, Piece> pieces = new HashMap<>();
            for (JsonNode entry : list) {
                String text = entry.path(0).asText();
                double score = entry.path(1).asDouble(Double.NaN);
                Piece piece = new Piece(pieces.size(), score);
                boolean usable = !text.isEmpty() && text.length() <= UnigramPieces.LONGEST && Double.isFinite(score);
                if (!usable || pieces.putIfAbsent(text, piece) != null) {
                    throw refused(
                            "model.vocab",
                            entry,
                            "different pieces of 1 to %d characters with finite scores"
                                    .formatted(UnigramPieces.LONGEST));
                }
            }
            return pieces;
        }

        private List<Added> added(JsonNode list) {
            if (list.size() > MOST_ADDED) {
                throw refused("added_tokens", list.size(), "at most " + MOST_ADDED);
            }
            List<Added> added = new ArrayList<>();
            for (JsonNode entry : list) {
                AddedToken token = AddedToken.of(entry, false)
                        .filter(one -> !one.normalized() && !one.singleWord())
                        .filter(_ -> entry.path("id").canConvertToInt())
                        .orElseThrow(
                                () -> refused("added_tokens", entry, "tokens with id and content, found as they are"));
                added.add(new Added(token, entry.path("id").intValue()));
            }
            return List.copyOf(added);
        }

        private UnaryOperator<String> normalizer(JsonNode node) {
            return switch (node.path("type").asText("")) {
                case "" -> UnaryOperator.identity();
                case "Sequence" -> {
                    List<UnaryOperator<String>> steps = new ArrayList<>();
                    node.path("normalizers").forEach(step -> steps.add(normalizer(step)));
                    yield text -> {
                        String changed = text;
                        for (UnaryOperator<String> step : steps) {
                            changed = step.apply(changed);
                        }
                        return changed;
                    };
                }
                case "Precompiled" -> table(node.path("precompiled_charsmap").asText())::apply;
                case "Strip" -> {
                    boolean left = node.path("strip_left").asBoolean();
                    boolean right = node.path("strip_right").asBoolean();
                    yield text -> {
                        String stripped = left ? text.stripLeading() : text;
                        return right ? stripped.stripTrailing() : stripped;
                    };
                }
                case "Lowercase" -> UnigramJson::lowerCase;
                case "Replace" -> {
                    String pattern = node.at("/pattern/Regex").asText();
                    if (!PATTERNS.containsKey(pattern)) {
                        throw refused("normalizer's pattern", pattern, "one of " + PATTERNS.keySet());
                    }
                    String content =
                            Matcher.quoteReplacement(node.path("content").asText());
                    yield text -> PATTERNS.get(pattern).matcher(text).replaceAll(content);
                }
                default -> throw refused("normalizer", node.path("type"), "Precompiled, Strip, Lowercase or Replace");
            };
        }

        private CharacterMap table(String base64) {
            try {
                return CharacterMap.of(Base64.getDecoder().decode(base64))
                        .orElseThrow(() -> new ModelFileException(
                                files, name, "has a normalizer.precompiled_charsmap whose sizes do not fit"));
            } catch (IllegalArgumentException e) {
                throw new ModelFileException(files, name, "has a normalizer.precompiled_charsmap that is no Base64", e);
            }
        }

        /** Metaspace alone, or white space before it, as older versions write it. */
        private WordSplitter words(JsonNode node) {
            boolean atSpaces = false;
            JsonNode mark = node;
            if (node.path("type").asText().equals("Sequence")) {
                JsonNode steps = node.path("pretokenizers");
                atSpaces = steps.size() == 2 && steps.at("/0/type").asText().equals("WhitespaceSplit");
                mark = steps.path(steps.size() - 1);
                if (!atSpaces && steps.size() != 1) {
                    throw refused("pre_tokenizer", node, "WhitespaceSplit and Metaspace");
                }
            }
            require("pre_tokenizer", mark.path("type").asText(), "Metaspace");
            require("pre_tokenizer.replacement", mark.path("replacement").asText(), "" + WordSplitter.MARK);
            require("pre_tokenizer.split", mark.path("split").asText("true"), "true");
            String fallback = mark.path("add_prefix_space").asBoolean(true) ? "always" : "never";
            return new WordSplitter(
                    atSpaces,
                    switch (mark.path("prepend_scheme").asText(fallback)) {
                        case "always" -> WordSplitter.Prefix.ALWAYS;
                        case "first" -> WordSplitter.Prefix.FIRST;
                        case "never" -> WordSplitter.Prefix.NEVER;
                        default ->
                            throw refused(
                                    "pre_tokenizer.prepend_scheme",
                                    mark.path("prepend_scheme"),
                                    "always, first, never");
                    });
        }

        private int id(String token, Map<String, Piece> pieces, List<Added> added) {
            for (Added one : added) {
                if (one.token().content().equals(token)) {
                    return one.id();
                }
            }
            Piece piece = pieces.get(token);
            if (piece == null) {
                throw new ModelFileException(files, name, "has no token '%s'".formatted(ModelJson.excerpt(token)));
            }
            return piece.id();
        }

        private static String content(JsonNode token, String fallback) {
            return token.isTextual() ? token.asText() : token.path("content").asText(fallback);
        }

        private void require(String field, String found, String expected) {
            if (!found.equals(expected)) {
                throw new ModelFileException(
                        files,
                        name,
                        "is not a tokenizer of T5: its %s is '%s', expected '%s'"
                                .formatted(field, ModelJson.excerpt(found), expected));
            }
        }

        private ModelFileException refused(String field, Object found, String expected) {
            return new ModelFileException(
                    files,
                    name,
                    "is not a tokenizer of T5: its %s has %s, expected %s"
                            .formatted(field, ModelJson.excerpt(found), expected));
        }
    }
}
