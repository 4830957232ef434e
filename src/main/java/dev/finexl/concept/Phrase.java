package dev.finexl.concept;

/**
 * How a concept is said in a summary. Every phrase fits one grammatical frame, so that code can put any of them, in any
 * number and any degree, into one sentence without knowing what they mean: it is a predicate after "the pictures are",
 * with {@value #PLACEHOLDER} directly in front of a comparative. For example {@code {degree} more vivid in colour},
 * {@code {degree} darker} and {@code lit with {degree} more neon} make "Compared with the base model's, the pictures are
 * much more vivid in colour, slightly darker and lit with clearly more neon."
 *
 * <p>{@code much} is one of the degrees, so the comparative cannot be one of countable things: "more like sketches", not
 * "more lines".
 *
 * @param template 1 to {@value #MAX_LENGTH} characters on one line, without a full stop at its end; the placeholder
 *     stands in it exactly once, as a word of its own and not as the last one, and no other braces
 */
public record Phrase(String template) {

    /** Where the adverb of degree goes. */
    public static final String PLACEHOLDER = "{degree}";

    /** The largest number of characters of a template; a standard phrase around the longest name fits. */
    public static final int MAX_LENGTH = 200;

    /** @throws ConceptInputException if the template breaks one of the rules, with the field {@code phrase} */
    public Phrase {
        template = Texts.words("phrase", template, MAX_LENGTH);
        int start = template.indexOf(PLACEHOLDER);
        String rest = start < 0 ? template : template.replaceFirst("\\{degree}", "");
        if (start < 0 || Texts.hasBraces(rest)) {
            throw invalid(template, "must hold %s exactly once and no other braces".formatted(PLACEHOLDER));
        }
        boolean startsWord = start == 0 || template.charAt(start - 1) == ' ';
        int end = start + PLACEHOLDER.length();
        if (!startsWord || end == template.length() || template.charAt(end) != ' ') {
            throw invalid(template, "must have %s as a word of its own in front of another".formatted(PLACEHOLDER));
        }
        if (template.endsWith(".")) {
            throw invalid(template, "must not end with a full stop, for it becomes a part of a sentence");
        }
    }

    /** The phrase with a degree in its place, e.g. {@code much more vivid in colour}. */
    public String render(Degree degree) {
        return template.replace(PLACEHOLDER, degree.adverb());
    }

    private static ConceptInputException invalid(String template, String rule) {
        return new ConceptInputException("phrase", "%s, but is %s".formatted(rule, Texts.quoted(template)));
    }
}
