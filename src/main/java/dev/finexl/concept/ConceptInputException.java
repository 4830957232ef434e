package dev.finexl.concept;

/**
 * A vocabulary or a prompt set is not valid. It is the one exception with which readers of such input answer, whatever
 * the input was, and says where the fault is and what was expected, so that a face can pass both on to whoever wrote it.
 */
public final class ConceptInputException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String field;
    private final String problem;

    /**
     * @param field where the fault is, e.g. {@code concepts[3].phrase} or {@code line 7}
     * @param problem says what is wrong, as the end of a sentence that starts with the field, e.g. "is missing"
     */
    ConceptInputException(String field, String problem) {
        this("", field, problem, null);
    }

    private ConceptInputException(String source, String field, String problem, ConceptInputException inner) {
        super((source.isEmpty() ? "" : source + ": ") + field + " " + problem, inner);
        this.field = field;
        this.problem = problem;
    }

    /** Where the fault is, e.g. {@code concepts[3].phrase} or {@code line 7}. */
    public String field() {
        return field;
    }

    /**
     * The same fault, seen from the document in which it happened.
     *
     * @param location becomes its field
     * @param note is put behind its message, e.g. the concept that it concerns
     */
    ConceptInputException at(String location, String note) {
        return new ConceptInputException("", location, problem + note, this);
    }

    /** The same fault with the name of the document in front of its message. */
    ConceptInputException in(String source) {
        return new ConceptInputException(source, field, problem, this);
    }
}
