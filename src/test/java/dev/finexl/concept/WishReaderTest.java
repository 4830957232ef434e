package dev.finexl.concept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.finexl.concept.Wish.Ask;
import dev.finexl.concept.Wish.Item;
import dev.finexl.concept.Wish.Near;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WishReaderTest {

    private static final WishReader MINI = new WishReader(ShippedConcepts.vocabulary("mini"));
    private static final WishReader GENERAL = new WishReader(ShippedConcepts.vocabulary("general"));

    /** {@code +} wanted, {@code ~} not too much, {@code -} unwanted; then a sign for another degree than clearly. */
    private static String said(Wish wish) {
        return wish.items().stream().map(WishReaderTest::said).collect(Collectors.joining(" "))
                + wish.ignored().stream().map(text -> " ?" + text).collect(Collectors.joining());
    }

    private static String said(Item item) {
        String ask = switch (item.ask()) {
            case WANTED -> "+";
            case NOT_TOO_MUCH -> "~";
            case UNWANTED -> "-";
        };
        String degree = switch (item.degree()) {
            case SLIGHTLY -> "<";
            case CLEARLY -> "";
            case MUCH -> ">";
        };
        return ask + degree + item.concept().replace(' ', '_');
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "grainy, warm, not too dark            | +grainy +warm ~dark",
                "GRAINY; Warm!                         | +grainy +warm",
                "hearts and crosses, no mushrooms      | +heart +cross -mushroom",
                "I would like grainy pictures, please  | +grainy",
                "slightly grainy and very warm         | +<grainy +>warm",
                "a bit of film grain, much golden      | +<grainy +>warm",
                "not dark                              | -dark",
                "not very dark                         | ~dark",
                "no outlined or grainy                 | -outlined -grainy",
                "not too dark or gloomy, warm          | ~dark +warm",
                "not too dark or blurry, warm          | ~dark ~blurry +warm",
                "not dark and warm                     | -dark +warm",
                "without noisy and striped pictures    | -grainy -striped",
                "less dark but more vivid              | -dark +vivid",
                "isn’t dark                            | -dark",
                "it should not be very slightly dark   | ~dark",
                "black and white                       | +monochrome",
                "black-and-white, 8-bit, x-ray         | +monochrome +pixelated +inverted",
                "washed out                            | +faded",
                "high contrast at sunset               | +contrasty +at_sunset",
                "soft focus dreamy                     | +blurry",
                "warm, warm, very warm                 | +warm",
                "warm, but not too golden              | +<warm",
                "warm and frobnicated                  | +warm ?frobnicated",
                "warm, lit by many candles, dark       | +warm +dark ?lit by many candles"
            })
    void readsWhatIsWantedAndWhatIsNot(String text, String understood) {
        assertThat(said(MINI.read(text, Wish.Nearest.NONE))).isEqualTo(understood);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "abstract expressionism, not surreal | +abstract_expressionist -surreal",
                "expressionism                       | +expressionist",
                "no film grain                       | -grainy"
            })
    void takesTheLongestWording(String text, String understood) {
        assertThat(said(GENERAL.read(text, Wish.Nearest.NONE))).isEqualTo(understood);
    }

    @Test
    void readsEveryWordingOfEveryShippedConcept() {
        for (String name : List.of("mini", "general")) {
            Vocabulary vocabulary = ShippedConcepts.vocabulary(name);
            WishReader reader = new WishReader(vocabulary);
            for (Concept concept : vocabulary.concepts()) {
                for (String wording : concept.wordings()) {
                    assertThat(reader.read("not " + wording, Wish.Nearest.NONE).items())
                            .as(wording)
                            .extracting(Item::concept, Item::ask)
                            .containsExactly(tuple(concept.name(), Ask.UNWANTED));
                }
            }
        }
    }

    @Test
    void asksOnceForAllWordsThatTheVocabularyDoesNotHave() {
        Wish wish = MINI.read("foggy, not murky, glim", phrases -> {
            assertThat(phrases).containsExactly("foggy", "murky", "glim");
            return Arrays.asList(new Near("blurry", 0.9), new Near("dark", 0.85), null);
        });
        assertThat(said(wish)).isEqualTo("+blurry -dark ?glim");
        assertThat(wish.items().getFirst()).isEqualTo(new Item("blurry", Ask.WANTED, Degree.CLEARLY, "foggy", 0.9));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "frobnicated             | frobnicated",
                "...,,!                  | says nothing",
                "a picture, please       | says nothing",
                "dark, not gloomy        | wants \"dark\" and does not want it"
            })
    void refusesWhatCannotBeMeant(String text, String message) {
        assertThatThrownBy(() -> MINI.read(text, Wish.Nearest.NONE))
                .isInstanceOf(ConceptInputException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "warm\u0000", "warm\ndark", "warm \u202e dark"})
    void refusesWhatIsNoLineOfText(String text) {
        assertThatThrownBy(() -> MINI.read(text, Wish.Nearest.NONE))
                .isInstanceOfSatisfying(
                        ConceptInputException.class, e -> assertThat(e.field()).isEqualTo("wish"));
    }

    @Test
    void boundsTheLengthAndTheNumberOfConcepts() {
        assertThatThrownBy(() -> MINI.read("warm, " + "x".repeat(WishReader.MAX_LENGTH), Wish.Nearest.NONE))
                .hasMessageContaining("at most 500");
        String many = IntStream.range(0, 40)
                .mapToObj(i ->
                        ShippedConcepts.vocabulary("mini").concepts().get(i).name())
                .collect(Collectors.joining(","));
        assertThatThrownBy(() -> MINI.read(many, Wish.Nearest.NONE)).hasMessageContaining("more than 32");
    }

    @Property(seed = "1")
    void saysOfAnyTextWhatItMeansOrThatItCannotBeMeant(@ForAll @StringLength(max = 600) String text) {
        try {
            Wish wish = MINI.read(text, Wish.Nearest.NONE);
            assertThat(wish.items()).isNotEmpty().doesNotHaveDuplicates();
        } catch (ConceptInputException e) {
            assertThat(e.field()).isEqualTo("wish");
        }
    }
}
