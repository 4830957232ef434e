package dev.finexl.explain;

import dev.finexl.explain.ExplainListener.Side;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The words by which a personalisation is called. Exists because many LoRAs do nothing without theirs: with the plain
 * prompts an explanation would truly say that nothing changed, and be no help. So the words come in front of the prompts
 * from which pictures are drawn, where no encoder cuts them off. Concepts are measured with the plain prompts.
 *
 * @param words to be said; empty for none
 * @param both whether the base is told them too, so that what they do to it is no part of the change
 * @param asked whether the request says so, rather than the LoRAs' files
 * @param known what the LoRAs' files name, the likeliest of each
 */
record Trigger(String words, boolean both, boolean asked, List<String> known) {

    /**
     * Chooses the trigger of a request.
     *
     * @param named what the LoRAs' files name, one list for each file
     * @throws InvalidRequestException if both sides are to have a trigger and there is none
     */
    static Trigger choose(ExplainRequest request, List<List<String>> named) {
        Set<String> known = new LinkedHashSet<>();
        named.stream().filter(triggers -> !triggers.isEmpty()).forEach(triggers -> known.add(triggers.getFirst()));
        boolean asked = request.trigger() != null;
        String words = asked ? request.trigger().strip() : String.join(", ", known);
        boolean both = Boolean.TRUE.equals(request.triggerBoth());
        if (both && words.isEmpty()) {
            throw new InvalidRequestException(
                    "triggerBoth",
                    "expected a 'trigger' to go with it: %s"
                            .formatted(asked ? "the request wants none" : "the files of the LoRAs name none"));
        }
        return new Trigger(words, both, asked, List.copyOf(known));
    }

    /** What one side is told to draw. A prompt that has the words already is left as it is. */
    List<String> prompts(Side side, List<String> plain) {
        boolean told = !words.isEmpty() && (both || side == Side.PERSONALIZED);
        return told ? plain.stream().map(this::said).toList() : plain;
    }

    private String said(String prompt) {
        boolean already = prompt.toLowerCase(Locale.ROOT).contains(words.toLowerCase(Locale.ROOT));
        return already ? prompt : words + ", " + prompt;
    }

    /** For the record; null if there is none. */
    Provenance.Trigger provenance() {
        return words.isEmpty()
                ? null
                : new Provenance.Trigger(words, both ? "both" : "personalized", asked ? "request" : "metadata");
    }

    /** What may help where nothing changed. */
    Optional<String> hint() {
        return known.isEmpty() || !words.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "The LoRA may do nothing without its trigger: its file names '%s', which no prompt was given."
                                .formatted(String.join(", ", known)));
    }
}
