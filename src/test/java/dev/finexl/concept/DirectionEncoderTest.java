package dev.finexl.concept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.finexl.embed.TextEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The arithmetic of directions, over an encoder that turns a text's hash into a unit vector. */
class DirectionEncoderTest {

    private static final Vocabulary VOCABULARY = new Vocabulary(
            "test",
            "",
            List.of(
                    new Concept(
                            "vivid", Category.PALETTE, List.of("vivid", "vibrant"), new Phrase("{degree} more vivid")),
                    Concept.named(Category.SUBJECT, "heart"),
                    Concept.named(Category.PLACE, "at sunset")));

    private static final PromptSet PROMPTS =
            new PromptSet("test", List.of("a cat.", "a dog on a lawn", "a fish ", "a cat."));

    private final HashEncoder encoder = new HashEncoder();

    @Test
    void isTheMeanDifferenceThatTheWordingMakesToThePrompts() {
        ConceptDirections directions =
                new DirectionEncoder(encoder, 3).measure(VOCABULARY, PROMPTS, false, DirectionProgress.NONE);

        assertThat(directions.width()).isEqualTo(HashEncoder.WIDTH);
        assertThat(directions.rows())
                .containsExactly(
                        new ConceptDirections.Row(0, "vivid"),
                        new ConceptDirections.Row(0, "vibrant"),
                        new ConceptDirections.Row(1, "heart"),
                        new ConceptDirections.Row(2, "at sunset"));
        assertThat(directions.concept(2).name()).isEqualTo("heart");

        String[] endings = {", vivid style", ", vibrant style", ", heart", ", at sunset"};
        String[] stems = {"a cat", "a dog on a lawn", "a fish", "a cat"};
        for (int row = 0; row < endings.length; row++) {
            for (int k = 0; k < HashEncoder.WIDTH; k++) {
                double mean = 0;
                for (int j = 0; j < stems.length; j++) {
                    mean += (HashEncoder.embed(stems[j] + endings[row])[k]
                                    - HashEncoder.embed(PROMPTS.prompts().get(j))[k])
                            / (double) stems.length;
                }
                assertThat(directions.direction(row)[k]).isCloseTo(mean, within(1e-7));
            }
        }
    }

    @Test
    void saysWhichConceptsTakeEachOthersPlace() {
        Vocabulary vocabulary = VocabularyReader.parse(
                "test", "palette: vivid\nsubject: heart\nsubject: cat\nplace: on a lawn\nplace: on a hill\n");
        // Two of four prompts show a cat, one is set on a lawn.
        ConceptDirections directions =
                new DirectionEncoder(encoder, 3).measure(vocabulary, PROMPTS, true, DirectionProgress.NONE);
        assertThat(rivals(directions)).containsExactly(1, 2);
        assertDifference(directions.rival(1).orElseThrow()[0], "a heart.", "a cat.");
        assertThat(rivals(ConceptDirections.parse(vocabulary, directions.toBytes())))
                .containsExactly(1, 2);
        assertThat(rivals(directions.withPictures(Collections.nCopies(5, new float[4][HashEncoder.WIDTH]))))
                .containsExactly(1, 2);
        assertDifference(
                directions
                        .withPictures(Collections.nCopies(5, new float[4][HashEncoder.WIDTH]))
                        .rival(1)
                        .orElseThrow()[0],
                "a heart.",
                "a cat.");

        PromptSet other = new PromptSet("other", List.of("a cat", "a fish", "a tree"));
        assertThat(rivals(new DirectionEncoder(encoder, 3).measure(vocabulary, other, true, DirectionProgress.NONE)))
                .isEmpty();
        assertThat(rivals(new DirectionEncoder(encoder, 3).measure(vocabulary, PROMPTS, false, DirectionProgress.NONE)))
                .isEmpty();
    }

    private static List<Integer> rivals(ConceptDirections directions) {
        return IntStream.range(0, directions.vocabulary().concepts().size())
                .filter(concept -> directions.rival(concept).isPresent())
                .boxed()
                .toList();
    }

    @Test
    void saysContentInPlaceOfContentPromptByPrompt() {
        Vocabulary vocabulary = VocabularyReader.parse("test", "palette: vivid\nsubject: heart\nsubject: cat\n");
        ConceptDirections directions =
                new DirectionEncoder(encoder, 3).measure(vocabulary, PROMPTS, true, DirectionProgress.NONE);
        float[][][] byPrompt = directions.byPrompt().orElseThrow();
        assertThat(byPrompt).hasDimensions(3, 4);
        assertDifference(byPrompt[0][0], "a cat, vivid style", "a cat.");
        assertDifference(byPrompt[1][0], "a heart.", "a cat.");
        assertDifference(byPrompt[1][1], "a dog on a lawn, heart", "a dog on a lawn");
        assertThat(byPrompt[2][0]).containsOnly(0);
        // The means stay those of the published rule.
        double[] appended = new double[HashEncoder.WIDTH];
        for (String prompt : PROMPTS.prompts()) {
            float[] said = HashEncoder.embed(PromptJoiner.join(prompt, Category.SUBJECT, "heart"));
            for (int k = 0; k < appended.length; k++) {
                appended[k] += (said[k] - HashEncoder.embed(prompt)[k]) / 4.0;
            }
        }
        assertThat(directions.direction(1)).containsExactly(appended, within(1e-7));
        assertThat(new DirectionEncoder(encoder, 3)
                        .measure(vocabulary, PROMPTS, false, DirectionProgress.NONE)
                        .byPrompt())
                .isEmpty();
    }

    private static void assertDifference(float[] direction, String said, String plain) {
        for (int k = 0; k < direction.length; k++) {
            assertThat((double) direction[k])
                    .isCloseTo(HashEncoder.embed(said)[k] - (double) HashEncoder.embed(plain)[k], within(1e-6));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 19, 20, 21, 1000, Integer.MAX_VALUE})
    void isTheSameToTheLastBitForEveryBatchSize(int batchSize) {
        double[][] one = new DirectionEncoder(encoder, 1)
                .measure(VOCABULARY, PROMPTS, false, DirectionProgress.NONE)
                .matrix();

        assertThat(new DirectionEncoder(encoder, batchSize)
                        .measure(VOCABULARY, PROMPTS, false, DirectionProgress.NONE)
                        .matrix())
                .isDeepEqualTo(one);
    }

    @Test
    void embedsEachTextOnceInBatchesThatAreFull() {
        new DirectionEncoder(encoder, 8).measure(VOCABULARY, PROMPTS, false, DirectionProgress.NONE);

        assertThat(encoder.batches.stream().map(List::size)).containsExactly(8, 8, 4);
        assertThat(encoder.batches.stream().flatMap(List::stream))
                .startsWith("a cat.", "a dog on a lawn", "a fish", "a cat.", "a cat, vivid style")
                .endsWith("a cat, at sunset");
    }

    @Test
    void tellsHowFarItHasCome() {
        List<String> calls = new ArrayList<>();

        new DirectionEncoder(encoder, 8)
                .measure(VOCABULARY, PROMPTS, false, (done, total) -> calls.add(done + " of " + total));

        assertThat(calls).containsExactly("0 of 20", "8 of 20", "16 of 20", "20 of 20");
    }

    @Test
    void isCancelledByAnExceptionOfItsListener() {
        CancellationException cancelled = new CancellationException("enough");

        assertThatThrownBy(() -> new DirectionEncoder(encoder, 8).measure(VOCABULARY, PROMPTS, false, (done, total) -> {
                    if (done >= 8) {
                        throw cancelled;
                    }
                }))
                .isSameAs(cancelled);
        assertThat(encoder.batches).hasSize(1);
    }

    @Test
    void handsOutCopies() {
        ConceptDirections directions =
                new DirectionEncoder(encoder, 8).measure(VOCABULARY, PROMPTS, false, DirectionProgress.NONE);
        double first = directions.matrix()[0][0];

        directions.matrix()[0][0] = 7;
        directions.direction(0)[0] = 7;

        assertThat(directions.direction(0)[0]).isEqualTo(first);
    }

    @Test
    void refusesAnEncoderThatBreaksItsPromise() {
        assertThatThrownBy(() -> measureWith(texts -> new float[1][2]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the text encoder returned 1 rows for 4 texts");
        assertThatThrownBy(() -> measureWith(texts -> rows(texts, 3, 0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("returned 2 components of norm 3.0 for \"a cat.\", where 2 of norm 1");
        assertThatThrownBy(() -> measureWith(texts -> rows(texts, Float.NaN, 0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("norm NaN");
        assertThatThrownBy(() -> measureWith(texts -> rows(texts, 1, 0, 0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("returned 3 components");
        assertThatThrownBy(() -> new DirectionEncoder(encoder, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("batchSize must be at least 1, but is 0");
    }

    private static float[][] rows(List<String> texts, float... row) {
        return texts.stream().map(text -> row.clone()).toArray(float[][]::new);
    }

    private static void measureWith(Function<List<String>, float[][]> embed) {
        TextEncoder broken = new TextEncoder() {
            @Override
            public int width() {
                return 2;
            }

            @Override
            public float[][] embedTexts(List<String> texts) {
                return embed.apply(texts);
            }
        };
        new DirectionEncoder(broken, 4).measure(VOCABULARY, PROMPTS, false, DirectionProgress.NONE);
    }

    /** Texts that differ get vectors that differ; the same text gets the same vector. */
    private static final class HashEncoder implements TextEncoder {

        static final int WIDTH = 5;
        final List<List<String>> batches = new ArrayList<>();

        static float[] embed(String text) {
            double[] angles = IntStream.range(0, WIDTH)
                    .mapToDouble(k -> Math.sin(text.hashCode() * 1e-4 + k * k))
                    .toArray();
            double norm = Math.sqrt(Arrays.stream(angles).map(a -> a * a).sum());
            float[] row = new float[WIDTH];
            for (int k = 0; k < WIDTH; k++) {
                row[k] = (float) (angles[k] / norm);
            }
            return row;
        }

        @Override
        public int width() {
            return WIDTH;
        }

        @Override
        public float[][] embedTexts(List<String> texts) {
            batches.add(List.copyOf(texts));
            return texts.stream().map(HashEncoder::embed).toArray(float[][]::new);
        }
    }
}
