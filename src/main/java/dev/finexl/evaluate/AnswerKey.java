package dev.finexl.evaluate;

import dev.finexl.concept.Category;
import dev.finexl.concept.Concept;
import dev.finexl.concept.Vocabulary;
import dev.finexl.store.ModelFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A truth in terms of a vocabulary's concepts.
 *
 * @param levels index of each aspect's concept → level that it was trained at
 * @param content indices of the subject's and the place's concepts
 */
record AnswerKey(Map<Integer, Double> levels, Set<Integer> content) {

    /**
     * Looks a truth up in a vocabulary. An aspect must be one of a concept's wordings. A subject or a place may be known
     * by other words than the vocabulary's ("beach" for "on a sandy beach"): where none is a wording, it is the one
     * concept of that category with the most words in common.
     *
     * @param where stands in messages, e.g. the folder's name
     * @throws ModelFileException if the vocabulary has no such concept, or more than one that it might be
     */
    static AnswerKey of(String where, Truth truth, Vocabulary vocabulary) {
        Map<Integer, Double> levels = new LinkedHashMap<>();
        for (Map.Entry<String, Double> aspect : truth.aspects().entrySet()) {
            int concept = wording(aspect.getKey(), vocabulary);
            if (concept < 0) {
                throw unknown(where, "aspects", aspect.getKey(), vocabulary);
            }
            levels.put(concept, aspect.getValue());
        }
        Set<Integer> content = new TreeSet<>();
        if (truth.subject() != null) {
            content.add(content(where, "subject", truth.subject(), Category.SUBJECT, vocabulary));
        }
        if (truth.place() != null) {
            content.add(content(where, "place", truth.place(), Category.PLACE, vocabulary));
        }
        return new AnswerKey(levels, content);
    }

    /** All true concepts. */
    Set<Integer> all() {
        Set<Integer> all = new TreeSet<>(levels.keySet());
        all.addAll(content);
        return all;
    }

    /** Whether it is exactly one aspect and no content. */
    boolean isSingleAspect() {
        return levels.size() == 1 && content.isEmpty();
    }

    /** The concept that has a wording, in any case; −1 if none has. */
    static int wording(String word, Vocabulary vocabulary) {
        for (int c = 0; c < vocabulary.concepts().size(); c++) {
            if (vocabulary.concepts().get(c).wordings().stream().anyMatch(word::equalsIgnoreCase)) {
                return c;
            }
        }
        return -1;
    }

    private static int content(String where, String field, String word, Category category, Vocabulary vocabulary) {
        int exact = wording(word, vocabulary);
        if (exact >= 0) {
            return exact;
        }
        List<Integer> best = new ArrayList<>();
        int most = 1;
        for (int c = 0; c < vocabulary.concepts().size(); c++) {
            Concept concept = vocabulary.concepts().get(c);
            int common = concept.category() == category ? inCommon(word, concept) : 0;
            if (common > most) {
                best.clear();
                most = common;
            }
            if (common == most) {
                best.add(c);
            }
        }
        if (best.size() != 1) {
            throw unknown(where, field, word, vocabulary);
        }
        return best.getFirst();
    }

    private static int inCommon(String word, Concept concept) {
        Set<String> words = new TreeSet<>();
        concept.wordings().forEach(wording -> words.addAll(words(wording)));
        words.retainAll(words(word));
        return words.size();
    }

    private static List<String> words(String text) {
        return Arrays.asList(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+"));
    }

    private static ModelFileException unknown(String where, String field, String word, Vocabulary vocabulary) {
        return new ModelFileException(
                "%s: file '%s' has '%s' %s, which is no concept, or not one only, of vocabulary '%s'"
                        .formatted(where, Truth.FILE, field, word, vocabulary.name()));
    }
}
