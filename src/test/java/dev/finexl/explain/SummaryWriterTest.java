package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The summary says what is not sure of an aspect. */
class SummaryWriterTest {

    private static Aspect hearts(double selected) {
        return new Aspect(
                "heart",
                "subject",
                0.4,
                new Interval(0.3, 0.5),
                null,
                1,
                selected,
                List.of(),
                "clearly more often of hearts");
    }

    private static String summary(Aspect aspect) {
        return SummaryWriter.write(true, 0.001, List.of(aspect), 0.1, Pairing.NAME);
    }

    @Test
    void saysWhereItCouldBeAnotherSubject() {
        assertThat(summary(hearts(0.64)))
                .isEqualTo("Compared with the base's, the pictures are clearly more often of hearts"
                        + " (0.40 ± 0.10, if it is not another: that is 64 % sure). Nothing else is significant.");
        assertThat(summary(hearts(0.99)))
                .isEqualTo("Compared with the base's, the pictures are clearly more often of hearts (0.40 ± 0.10)."
                        + " Nothing else is significant.");
    }
}
