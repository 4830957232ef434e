package dev.finexl.concept;

import dev.finexl.concept.Wish.Ask;
import dev.finexl.concept.Wish.Item;
import dev.finexl.concept.Wish.Near;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads wishes such as "grainy, slightly warm, not too dark" by the words of a vocabulary.
 *
 * <p>Of the words from left to right the longest that are a wording of some concept stand for it. "not", "no", "without",
 * "less" and the like ask for the next concept's absence, with "too", "very" or "so" behind them for not too much of it;
 * "slightly" and "very" and the like say how much is wanted. Such a word holds for the next concept alone, but for all that
 * are joined by "or", and by "and" behind "no" and "without". A comma, semicolon or full stop, and "but", end it. What is
 * neither a concept nor such a word nor one that says nothing ("pictures with a …") is looked up among the nearest concepts,
 * and ignored if none is near.
 */
public final class WishReader {

    /** The most characters of a wish. */
    public static final int MAX_LENGTH = 500;

    /** The most concepts of a wish. */
    private static final int MAX_ITEMS = 32;

    private static final Pattern TOKEN =
            Pattern.compile("(?<word>[\\p{L}\\p{N}]+(?:['’]\\p{L}+)*)|(?<end>[,;!?]|[.:](?=\\s|$))");

    private static final Set<String> NEGATIONS = Set.of(
            "not", "never", "non", "nothing", "avoid", "less", "minus", "dont", "don't", "don’t", "doesn't", "doesn’t",
            "isn't", "isn’t", "aren't", "aren’t");
    /** Whose negation goes on behind "and". */
    private static final Set<String> ABSENCES = Set.of("no", "without", "neither");

    private static final Set<String> TOO = Set.of("too", "very", "so", "overly", "excessively", "that");
    private static final Set<String> SLIGHTLY =
            Set.of("slightly", "little", "bit", "somewhat", "subtly", "mildly", "faintly", "gently", "hint", "touch");
    private static final Set<String> MUCH = Set.of(
            "very", "much", "strongly", "highly", "extremely", "really", "heavily", "intensely", "super", "lots");
    private static final Set<String> SAYING_NOTHING = Set.of(
            "a",
            "an",
            "the",
            "of",
            "with",
            "in",
            "it",
            "its",
            "that",
            "which",
            "is",
            "are",
            "be",
            "being",
            "should",
            "would",
            "could",
            "i",
            "we",
            "want",
            "wants",
            "wish",
            "like",
            "love",
            "please",
            "need",
            "look",
            "looks",
            "looking",
            "feel",
            "make",
            "makes",
            "made",
            "them",
            "they",
            "to",
            "for",
            "more",
            "most",
            "some",
            "any",
            "rather",
            "quite",
            "too",
            "so",
            "as",
            "also",
            "both",
            "picture",
            "pictures",
            "image",
            "images",
            "photo",
            "photos",
            "style",
            "styles",
            "styled",
            "model",
            "lora",
            "something",
            "there",
            "have",
            "has",
            "having",
            "this",
            "these");

    private final Map<String, String> concepts = new HashMap<>();
    private int longest;

    /** @param vocabulary whose words are read */
    public WishReader(Vocabulary vocabulary) {
        for (Concept concept : vocabulary.concepts()) {
            for (String wording : concept.wordings()) {
                List<String> words = words(wording);
                // Of wordings that differ in signs alone the first counts, as it does in messages.
                concepts.putIfAbsent(String.join(" ", words), concept.name());
                if (concept.category() == Category.SUBJECT) {
                    concepts.putIfAbsent(plural(String.join(" ", words)), concept.name());
                }
                longest = Math.max(longest, words.size());
            }
        }
        concepts.remove("");
    }

    /** Of the last word, by the regular rules: who wants "hearts" wants the subject "heart". */
    private static String plural(String noun) {
        if (noun.matches(".*(s|x|z|ch|sh)")) {
            return noun + "es";
        }
        return noun.matches(".*[^aeiou]y") ? noun.substring(0, noun.length() - 1) + "ies" : noun + "s";
    }

    private static List<String> words(String text) {
        return tokens(text).stream()
                .filter(token -> !token.ends())
                .map(Token::word)
                .toList();
    }

    /** A word in lower case, or the end of a clause. */
    private record Token(String word, boolean ends) {}

    private static List<Token> tokens(String text) {
        List<Token> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(Texts.key(text));
        while (matcher.find()) {
            tokens.add(new Token(matcher.group(), matcher.group("word") == null));
        }
        return tokens;
    }

    /**
     * Reads a wish.
     *
     * @param text 1 to {@value #MAX_LENGTH} characters on one line
     * @param nearest is asked once, for all words that the vocabulary does not have
     * @throws ConceptInputException with the field {@code wish}, if it is no such text, nothing of it is understood, or it
     *     wants and does not want the same
     */
    public Wish read(String text, Wish.Nearest nearest) {
        List<Token> tokens = tokens(Texts.words("wish", text, MAX_LENGTH));
        Reading reading = new Reading();
        int at = 0;
        while (at < tokens.size()) {
            int length = matched(tokens, at);
            if (length > 0) {
                String said = join(tokens, at, length);
                reading.concept(concepts.get(said), said);
                at += length;
            } else {
                reading.token(tokens.get(at));
                at++;
            }
        }
        reading.flush();
        return reading.wish(nearest);
    }

    /** How many tokens from a place on are the longest wording; 0 for none. */
    private int matched(List<Token> tokens, int from) {
        for (int length = Math.min(longest, tokens.size() - from); length > 0; length--) {
            boolean oneClause = tokens.subList(from, from + length).stream().noneMatch(Token::ends);
            if (oneClause && concepts.containsKey(join(tokens, from, length))) {
                return length;
            }
        }
        return 0;
    }

    private static String join(List<Token> tokens, int from, int length) {
        return String.join(
                " ",
                tokens.subList(from, from + length).stream().map(Token::word).toList());
    }

    /** What has been read so far, and what the last words mean for the next concept. */
    private static final class Reading {

        private enum Negation {
            NONE,
            NOT,
            WITHOUT
        }

        /** @param concept null where the words are not in the vocabulary */
        private record Draft(String concept, String said, Ask ask, Degree degree) {}

        private final List<Draft> drafts = new ArrayList<>();
        private final List<String> unknown = new ArrayList<>();
        private Negation negation = Negation.NONE;
        private boolean tooMuch;
        private Degree degree;
        /** As they were for the last concept, for those that are joined to it. */
        private Negation lastNegation = Negation.NONE;

        private boolean lastTooMuch;

        void token(Token token) {
            String word = token.word();
            if (token.ends() || word.equals("but")) {
                flush();
                forget();
            } else if (word.equals("or") || word.equals("nor")) {
                flush();
                carry(lastNegation);
            } else if (word.equals("and")) {
                flush();
                carry(lastNegation == Negation.WITHOUT ? lastNegation : Negation.NONE);
            } else if (NEGATIONS.contains(word)) {
                flush();
                negation = Negation.NOT;
            } else if (ABSENCES.contains(word)) {
                flush();
                negation = Negation.WITHOUT;
            } else if (negation != Negation.NONE && TOO.contains(word)) {
                tooMuch = true;
            } else if (SLIGHTLY.contains(word)) {
                flush();
                degree = Degree.SLIGHTLY;
            } else if (MUCH.contains(word)) {
                flush();
                degree = Degree.MUCH;
            } else {
                unknown.add(word);
            }
        }

        private void carry(Negation carried) {
            if (negation == Negation.NONE && carried != Negation.NONE) {
                negation = carried;
                tooMuch = lastTooMuch;
            }
        }

        private void forget() {
            negation = Negation.NONE;
            tooMuch = false;
            degree = null;
            lastNegation = Negation.NONE;
        }

        void concept(String name, String said) {
            flush();
            add(name, said);
        }

        /** Takes the unknown words so far for one phrase, without words that say nothing at its ends. */
        void flush() {
            int from = 0;
            int to = unknown.size();
            while (from < to && SAYING_NOTHING.contains(unknown.get(from))) {
                from++;
            }
            while (to > from && SAYING_NOTHING.contains(unknown.get(to - 1))) {
                to--;
            }
            String phrase = String.join(" ", unknown.subList(from, to));
            unknown.clear();
            if (!phrase.isEmpty()) {
                add(null, phrase);
            }
        }

        private void add(String concept, String said) {
            Ask ask = negation == Negation.NONE ? Ask.WANTED : tooMuch ? Ask.NOT_TOO_MUCH : Ask.UNWANTED;
            drafts.add(new Draft(concept, said, ask, ask == Ask.WANTED && degree != null ? degree : Degree.CLEARLY));
            lastNegation = negation;
            lastTooMuch = tooMuch;
            negation = Negation.NONE;
            tooMuch = false;
            degree = null;
        }

        Wish wish(Wish.Nearest nearest) {
            List<String> phrases = drafts.stream()
                    .filter(draft -> draft.concept() == null)
                    .map(Draft::said)
                    .distinct()
                    .toList();
            List<Near> found = phrases.isEmpty() ? List.of() : nearest.of(phrases);
            Map<String, Item> items = new LinkedHashMap<>();
            List<String> ignored = new ArrayList<>();
            for (Draft draft : drafts) {
                if (draft.concept() != null) {
                    put(items, new Item(draft.concept(), draft.ask(), draft.degree(), draft.said(), null));
                    continue;
                }
                Near near = found.get(phrases.indexOf(draft.said()));
                if (near == null) {
                    ignored.add(draft.said());
                } else {
                    put(items, new Item(near.concept(), draft.ask(), draft.degree(), draft.said(), near.similarity()));
                }
            }
            if (items.isEmpty()) {
                throw new ConceptInputException(
                        "wish",
                        "says nothing that the vocabulary has a word for"
                                + (ignored.isEmpty() ? "" : ": " + Texts.quoted(String.join(", ", ignored))));
            }
            return new Wish(List.copyOf(items.values()), List.copyOf(ignored));
        }

        /** "Warm, but not too warm" asks for a little. */
        private static final Set<Ask> LIMITED = EnumSet.of(Ask.WANTED, Ask.NOT_TOO_MUCH);

        private static void put(Map<String, Item> items, Item item) {
            Item before = items.putIfAbsent(item.concept(), item);
            Set<Ask> asks = before == null ? Set.of() : EnumSet.of(before.ask(), item.ask());
            if (asks.equals(LIMITED)) {
                items.put(
                        item.concept(),
                        new Item(item.concept(), Ask.WANTED, Degree.SLIGHTLY, before.said(), before.similarity()));
            } else if (asks.contains(Ask.WANTED) && asks.contains(Ask.UNWANTED)) {
                throw new ConceptInputException(
                        "wish",
                        "wants %s and does not want it (%s, %s)"
                                .formatted(
                                        Texts.quoted(item.concept()),
                                        Texts.quoted(before.said()),
                                        Texts.quoted(item.said())));
            }
            if (items.size() > MAX_ITEMS) {
                throw new ConceptInputException("wish", "names more than %d concepts".formatted(MAX_ITEMS));
            }
        }
    }
}
