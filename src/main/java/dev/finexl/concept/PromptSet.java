package dev.finexl.concept;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The prompts with which two models are compared and concepts are measured. Both must use the same ones: directions
 * measured with the prompts of the pictures explain them better than directions of other prompts.
 *
 * <p>A prompt may occur more than once: image j is drawn with its own seed, so a repeated prompt gives further pictures
 * and the more weight, in the divergence and in the directions alike.
 *
 * @param name what the set is called in messages and provenance, 1 to {@value #MAX_NAME} characters
 * @param prompts {@value #MIN_PROMPTS} to {@value #MAX_PROMPTS} prompts of 1 to {@value #MAX_LENGTH} characters (code
 *     points) on one line, without the white space around them
 */
public record PromptSet(String name, List<String> prompts) {

    /** The smallest number of prompts. */
    public static final int MIN_PROMPTS = 1;

    /** The largest number of prompts. */
    public static final int MAX_PROMPTS = 1_000;

    /** The largest number of characters (code points) of a prompt. */
    public static final int MAX_LENGTH = 500;

    /** The largest number of characters of the name. */
    public static final int MAX_NAME = 255;

    /** @throws ConceptInputException with the field {@code name}, {@code prompts} or {@code prompts[i]} */
    public PromptSet {
        name = Texts.words("name", name, MAX_NAME);
        if (prompts.size() < MIN_PROMPTS || prompts.size() > MAX_PROMPTS) {
            throw new ConceptInputException(
                    "prompts", "must be %d to %d, but are %d".formatted(MIN_PROMPTS, MAX_PROMPTS, prompts.size()));
        }
        List<String> checked = new ArrayList<>(prompts.size());
        for (int i = 0; i < prompts.size(); i++) {
            checked.add(Texts.line("prompts[%d]".formatted(i), prompts.get(i), MAX_LENGTH));
        }
        prompts = List.copyOf(checked);
    }

    /**
     * Reads a UTF-8 file, one prompt on a line; blank lines and lines that start with {@code #} do not count. The set is
     * named after the file.
     *
     * @throws ConceptInputException if the file cannot be read or is not a valid prompt set
     */
    public static PromptSet read(Path file) {
        return promptSet(Document.read(file));
    }

    /**
     * Reads a text as {@link #read} reads a file.
     *
     * @param source what messages call the text; also the name of the set
     * @throws ConceptInputException if the text is not a valid prompt set
     */
    public static PromptSet parse(String source, String text) {
        return promptSet(new Document(source, text));
    }

    static PromptSet promptSet(Document document) {
        try {
            List<String> prompts = new ArrayList<>();
            for (Document.Line line : document.lines()) {
                prompts.add(Texts.line(line.location(), line.text(), MAX_LENGTH));
            }
            return new PromptSet(document.source(), prompts);
        } catch (ConceptInputException e) {
            throw e.in(document.source());
        }
    }
}
