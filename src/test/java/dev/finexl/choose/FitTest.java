package dev.finexl.choose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.finexl.concept.ShippedConcepts;
import dev.finexl.concept.Wish;
import dev.finexl.concept.WishReader;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FitTest {

    private static Fit fit(String wish) {
        return new Fit(new WishReader(ShippedConcepts.vocabulary("mini")).read(wish, Wish.Nearest.NONE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "warm          | 0.0  | 0.0",
                "warm          | 0.25 | 0.5",
                "warm          | 0.5  | 1.0",
                "warm          | 2.0  | 1.0",
                "very warm     | 0.45 | 0.5",
                "very warm     | 0.9  | 1.0",
                "slightly warm | 0.25 | 1.0",
                "slightly warm | 0.5  | 1.0",
                "slightly warm | 0.75 | 0.5",
                "slightly warm | 1.5  | 0.0",
                "not warm      | 0.0  | 1.0",
                "not warm      | 0.25 | 0.5",
                "not warm      | 1.5  | 0.0",
                "not too warm  | 0.3  | 1.0",
                "not too warm  | 0.55 | 0.5"
            })
    void rewardsWhatIsWishedUntilThereIsEnough(String wish, double amount, double fit) {
        assertThat(fit(wish).of(IndexedModels.lora("a", "warm", amount))).isCloseTo(fit, within(1e-9));
    }

    @Test
    void takesTheCalibratedScoreWhereItIsKnown() {
        IndexedModel model = IndexedModels.lora("a");
        IndexedModel calibrated = new IndexedModel(
                model.key(),
                model.base(),
                model.baseHash(),
                model.parts(),
                model.vocabulary(),
                16,
                List.of(new IndexedModel.Shown("warm", 0.1, 0.5), new IndexedModel.Shown("dark", 0.5, Double.NaN)));
        assertThat(fit("warm, dark").of(calibrated)).isCloseTo(1, within(1e-9));
    }

    @Test
    void punishesWhatNobodyAskedForLessThanWhatIsMissing() {
        Fit fit = fit("warm, grainy");
        IndexedModel right = IndexedModels.lora("a", "warm", 0.6, "grainy", 0.6);
        IndexedModel more = IndexedModels.lora("b", "warm", 0.6, "grainy", 0.6, "dark", 0.8);
        IndexedModel half = IndexedModels.lora("c", "warm", 0.6);
        IndexedModel wrong = IndexedModels.lora("d", "dark", 0.8);
        IndexedModel nothing = IndexedModels.lora("e");
        assertThat(List.of(nothing, wrong, half, more, right).stream()
                        .sorted(Comparator.comparingDouble(fit::of).reversed()))
                .containsExactly(right, more, half, nothing, wrong);
    }

    @Test
    void saysWhy() {
        assertThat(fit("warm, very grainy, not too dark, no outlined, vivid")
                        .why(IndexedModels.lora(
                                "a", "warm", 0.6, "grainy", 0.5, "dark", 0.2, "outlined", 0.4, "striped", 0.3)))
                .isEqualTo("warm 0.60 as wished; grainy 0.50, less than wished; dark 0.20, not too dark, as wished;"
                        + " outlined 0.40 though unwanted; vivid is missing; not asked for: striped 0.30");
        assertThat(fit("warm").why(IndexedModels.lora("a", "warm", 0.499))).isEqualTo("warm 0.50 as wished");
        assertThat(fit("slightly warm, not dark").why(IndexedModels.lora("a", "warm", 0.9)))
                .isEqualTo("warm 0.90, more than wished; not dark, as wished");
    }

    @Property(seed = "1")
    void isTheMeanOfWhatIsMetLessWhatNobodyAskedFor(
            @ForAll @DoubleRange(min = 0, max = 3) double warm,
            @ForAll @DoubleRange(min = 0, max = 3) double dark,
            @ForAll @DoubleRange(min = 0, max = 3) double vivid) {
        Fit fit = fit("warm, not too dark, very grainy");
        IndexedModel model = IndexedModels.lora("a", "warm", warm, "dark", dark, "vivid", vivid);
        double met = fit.met(model).stream()
                .mapToDouble(Selection.Met::met)
                .average()
                .orElseThrow();
        assertThat(fit.of(model))
                .isCloseTo(met - 0.25 * vivid / (vivid + 1), within(1e-9))
                .isBetween(-0.25, 1.0);
    }

    @Test
    void isLikeAModelThatShowsTheSameInTheSameProportion() {
        Likeness likeness = new Likeness(IndexedModels.lora("a", "warm", 0.6, "grainy", 0.3));
        assertThat(likeness.of(IndexedModels.lora("b", "grainy", 0.1, "warm", 0.2)))
                .isCloseTo(1, within(1e-9));
        assertThat(likeness.of(IndexedModels.lora("c", "dark", 0.5))).isZero();
        assertThat(likeness.of(IndexedModels.lora("d"))).isZero();
        assertThat(new Likeness(IndexedModels.lora("d")).of(IndexedModels.lora("d")))
                .isZero();
        assertThat(likeness.why(IndexedModels.lora("e", "grainy", 0.5, "dark", 0.25)))
                .isEqualTo("alike: grainy 0.50; besides: dark 0.25");
        assertThat(IntStream.range(0, 200).mapToObj(IndexedModels::random))
                .allSatisfy(model -> assertThat(likeness.of(model)).isBetween(0.0, 1.0));
    }
}
