package dev.finexl.explain;

import java.util.List;
import java.util.Locale;

/** Writes the summary: two or three sentences in plain English that say what the numbers say, and no more. */
final class SummaryWriter {

    /** From this share on, what is left unexplained is worth a sentence. */
    private static final double WORTH_SAYING = 0.3;

    /** An aspect that is selected less often is one of several that it could be as well. */
    private static final double SURE = 0.9;

    private static final String UNPAIRED =
            " The pictures are unpaired: the two sets were compared as independent samples.";

    private SummaryWriter() {}

    /** @param pairing of the pictures: that there was none weakens every other sentence, so it is said with them */
    static String write(boolean changed, double pValue, List<Aspect> aspects, double unexplained, Pairing pairing) {
        String found = found(changed, pValue, aspects, unexplained);
        return pairing.paired() ? found : found + UNPAIRED;
    }

    private static String found(boolean changed, double pValue, List<Aspect> aspects, double unexplained) {
        if (!changed) {
            return "The two sides cannot be told apart: the differences between their pictures are within chance (p = %s)."
                    .formatted(number(pValue));
        }
        if (aspects.isEmpty()) {
            return "The pictures differ from the base's, but no concept of the vocabulary stands out: all of the change is"
                    + " left unexplained.";
        }
        String found = "Compared with the base's, the pictures are %s.".formatted(list(aspects));
        String rest = unexplained >= WORTH_SAYING
                ? " Nothing else is significant; %.0f %% of the change is on no concept of the vocabulary."
                        .formatted(100 * unexplained)
                : " Nothing else is significant.";
        return found + rest;
    }

    private static String list(List<Aspect> aspects) {
        List<String> said = aspects.stream().map(SummaryWriter::say).toList();
        int last = said.size() - 1;
        return last == 0 ? said.getFirst() : String.join(", ", said.subList(0, last)) + " and " + said.get(last);
    }

    private static String say(Aspect aspect) {
        String unsure = aspect.selected() < SURE
                ? ", if it is not another: that is %.0f %% sure".formatted(100 * aspect.selected())
                : "";
        return "%s (%s ± %s%s)"
                .formatted(
                        aspect.phrase(),
                        number(aspect.score()),
                        number(aspect.interval().halfWidth()),
                        unsure);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 0.01 ? "%.4f" : "%.2f", value);
    }
}
