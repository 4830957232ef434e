package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.concept.ConceptProposer;
import dev.finexl.concept.ConceptProposer.PicturePair;
import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.RequestResolver.Plan;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeptPairsTest {

    private static final Plan GIVEN = new Plan(
            new Comparison.Given(null, null, List.of("a.png", "b.png"), List.of("a.png", "b.png"), Pairing.NAME, false),
            null,
            null,
            null,
            List.of(),
            List.of(),
            new Certainty(0.95, true, 0.2, false),
            List.of());

    private static RgbImage square(int side) {
        return new RgbImage(side, side, new byte[3 * side * side]);
    }

    @Test
    void keepsTheFirstAndMakesThemSmall() {
        List<RgbImage> passedOn = new ArrayList<>();
        KeptPairs kept = new KeptPairs(
                new ExplainListener() {
                    @Override
                    public void image(Side side, int index, RgbImage image) {
                        passedOn.add(image);
                    }
                },
                1);
        kept.image(Side.BASE, 0, square(1024));
        kept.image(Side.BASE, 1, square(8));
        kept.image(Side.PERSONALIZED, 1, square(8));
        kept.image(Side.PERSONALIZED, 0, square(16));
        RgbImage small = square(ConceptProposer.PICTURE_SIDE);
        assertThat(kept.pairs(GIVEN)).containsExactly(new PicturePair(null, small, square(16)));
        assertThat(passedOn).containsExactly(square(1024), square(8), square(8), square(16));
    }

    @Test
    void aPairIsNoneWithoutItsPartner() {
        KeptPairs kept = new KeptPairs(ExplainListener.NONE, 2);
        kept.image(Side.BASE, 0, square(8));
        kept.image(Side.BASE, 1, square(8));
        kept.image(Side.PERSONALIZED, 1, square(8));
        assertThat(kept.pairs(GIVEN)).hasSize(1);
    }
}
