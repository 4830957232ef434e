package dev.finexl.concept;

/**
 * A vision-language model gave no answer. The message is made of our own words and the HTTP status alone: what a server
 * sends with an error may repeat the key that it was sent. For the same reason there is no cause.
 */
final class NoAnswerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean passing;

    /**
     * @param problem ends the sentence "did not answer: …"
     * @param passing whether another attempt may succeed
     */
    NoAnswerException(String problem, boolean passing) {
        super(problem);
        this.passing = passing;
    }

    boolean passing() {
        return passing;
    }
}
