package dev.finexl.concept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SynonymsTest {

    private static final double[] CHANGE = {1, 0.2, 0, 0};
    private static final double[] VIVID = {1, 0, 0, 0};
    private static final double[] VIBRANT = {1, 0.2, 0, 0};
    private static final double[] DARK = {0, 0, 1, 0};

    private static Concept concept(Category category, String... wordings) {
        return new Concept(wordings[0], category, List.of(wordings), category.standardPhrase(wordings[0]));
    }

    private static ConceptDirections directions(List<Concept> concepts, double[]... rows) {
        float[][][] byPrompt = new float[concepts.size()][1][4];
        int row = 0;
        for (int c = 0; c < byPrompt.length; c++) {
            int wordings = concepts.get(c).wordings().size();
            for (int w = 0; w < wordings; w++, row++) {
                for (int k = 0; k < 4; k++) {
                    byPrompt[c][0][k] += (float) (rows[row][k] / wordings);
                }
            }
        }
        return new ConceptDirections(
                new Vocabulary("request", "", concepts), 4, rows, byPrompt, new boolean[byPrompt.length]);
    }

    @Test
    void becomeOneConceptThatIsNamedByTheWordNearestToTheChange() {
        ConceptDirections grouped = Synonyms.grouped(
                directions(
                        List.of(
                                concept(Category.PALETTE, "vivid"),
                                concept(Category.LIGHT, "dark"),
                                concept(Category.PALETTE, "vibrant")),
                        VIVID,
                        DARK,
                        VIBRANT),
                CHANGE);
        assertThat(grouped.vocabulary().concepts()).extracting(Concept::name).containsExactly("vibrant", "dark");
        assertThat(grouped.vocabulary().concepts().getFirst().wordings()).containsExactly("vibrant", "vivid");
        assertThat(grouped.means()[0]).containsExactly(new double[] {1, 0.1, 0, 0}, within(1e-12));
        assertThat(grouped.byPrompt().orElseThrow()[0][0]).containsExactly(new float[] {1, 0.1f, 0, 0}, within(1e-6f));
    }

    @Test
    void countEachWordingOnce() {
        ConceptDirections grouped = Synonyms.grouped(
                directions(
                        List.of(
                                concept(Category.PALETTE, "vivid", "saturated"),
                                concept(Category.LIGHT, "dark"),
                                concept(Category.PALETTE, "vibrant")),
                        VIVID,
                        VIVID,
                        DARK,
                        VIBRANT),
                CHANGE);
        assertThat(grouped.means()[0]).containsExactly(new double[] {1, 0.2 / 3, 0, 0}, within(1e-12));
        assertThat(grouped.byPrompt().orElseThrow()[0][0][1]).isCloseTo(0.2f / 3, within(1e-6f));
    }

    @Test
    void areOfOneCategoryAndNotOnlyNear() {
        ConceptDirections apart = directions(
                List.of(
                        concept(Category.PALETTE, "vivid"),
                        concept(Category.SUBJECT, "vivid thing"),
                        concept(Category.PALETTE, "warm")),
                VIVID,
                VIVID,
                new double[] {1, 0.5, 0, 0});
        assertThat(Synonyms.grouped(apart, CHANGE)).isSameAs(apart);
    }

    @Test
    void areNotGroupedWhereOneConceptWouldBeLeft() {
        ConceptDirections two = directions(
                List.of(concept(Category.PALETTE, "vivid"), concept(Category.PALETTE, "vibrant")), VIVID, VIBRANT);
        assertThat(Synonyms.grouped(two, CHANGE)).isSameAs(two);
    }

    @Test
    void doNotDependOnTheOrderOfTheList() {
        List<Concept> concepts = List.of(
                concept(Category.PALETTE, "vivid"),
                concept(Category.LIGHT, "dark"),
                concept(Category.PALETTE, "vibrant"));
        ConceptDirections one = Synonyms.grouped(directions(concepts, VIVID, DARK, VIBRANT), CHANGE);
        ConceptDirections other = Synonyms.grouped(directions(concepts.reversed(), VIBRANT, DARK, VIVID), CHANGE);
        assertThat(other.vocabulary().concepts())
                .containsExactlyInAnyOrderElementsOf(one.vocabulary().concepts());
    }

    @Test
    void keepWhatWasMeasuredOfTheOneThatNamesThem() {
        float[][] asked = {{1, 2, 3, 4}};
        ConceptDirections directions = directions(
                        List.of(
                                concept(Category.PALETTE, "vivid"),
                                concept(Category.LIGHT, "dark"),
                                concept(Category.PALETTE, "vibrant")),
                        VIVID,
                        DARK,
                        VIBRANT)
                .withAsked(Map.of(2, asked));
        ConceptDirections grouped = Synonyms.grouped(directions, CHANGE);
        assertThat(grouped.asked(0))
                .hasValueSatisfying(
                        rows -> assertThat(Arrays.deepEquals(rows, asked)).isTrue());
        assertThat(grouped.asked(1)).isEmpty();
    }
}
