package dev.finexl.concept;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What names, phrases and prompts have in common: text that a stranger wrote, which goes into a tokenizer, onto terminals
 * and into pages. It is checked here, once, before anything else sees it.
 */
final class Texts {

    private static final int MAX_QUOTED = 60;
    private static final Pattern SPACES = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    private Texts() {}

    /**
     * A text as it is, without the white space around it.
     *
     * @throws ConceptInputException if it is null, blank, longer than {@code max} code points, or holds a character that
     *     no encoder knows and that can deceive a reader: control characters, line and paragraph separators, lone
     *     surrogates, bidirectional overrides
     */
    static String line(String field, String text, int max) {
        if (text == null) {
            throw new ConceptInputException(field, "is missing");
        }
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        String stripped = text.substring(start, end);
        if (stripped.isEmpty()) {
            throw new ConceptInputException(field, "must not be blank");
        }
        int length = stripped.codePointCount(0, stripped.length());
        if (length > max) {
            throw new ConceptInputException(
                    field, "must have at most %d characters, but has %d: %s".formatted(max, length, quoted(stripped)));
        }
        stripped.codePoints().filter(Texts::isForbidden).findFirst().ifPresent(codePoint -> {
            throw new ConceptInputException(
                    field, "must not contain the character U+%04X: %s".formatted(codePoint, quoted(stripped)));
        });
        return stripped;
    }

    /** Like {@link #line}, with every run of white space inside made one space. */
    static String words(String field, String text, int max) {
        return SPACES.matcher(line(field, text, max)).replaceAll(" ");
    }

    /** What two wordings have in common when they differ only in case, spaces or the composition of accents. */
    static String key(String words) {
        return Normalizer.normalize(words, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    }

    static boolean hasBraces(String text) {
        return text.indexOf('{') >= 0 || text.indexOf('}') >= 0;
    }

    /** A text in quotation marks for a message: cut to a bounded length, with forbidden characters written as escapes. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().limit(MAX_QUOTED).forEach(codePoint -> {
            if (isForbidden(codePoint)) {
                quoted.append("\\u").append("%04x".formatted(codePoint));
            } else {
                quoted.appendCodePoint(codePoint);
            }
        });
        return quoted.append(text.codePointCount(0, text.length()) > MAX_QUOTED ? "…\"" : "\"")
                .toString();
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    private static boolean isForbidden(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                true;
            default -> (codePoint >= 0x202A && codePoint <= 0x202E) || (codePoint >= 0x2066 && codePoint <= 0x2069);
        };
    }
}
