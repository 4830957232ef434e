package dev.finexl.explain;

import dev.finexl.concept.ConceptProposer;
import dev.finexl.concept.ConceptProposer.PicturePair;
import dev.finexl.embed.RgbImage;
import dev.finexl.explain.RequestResolver.Plan;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the first pairs of pictures for a proposer to look at, made small as they come, and passes on what it hears.
 *
 * <p>The first, and not those that differ most: which differ most is known only when all are there, and all would have to
 * be kept until then; and the pair that differs most is often the one where something else changed too, while the
 * first ones draw different prompts and are a sample like any other.
 */
final class KeptPairs extends ForwardingListener {

    private final RgbImage[] base;
    private final RgbImage[] personalized;

    /** @param pairs how many to keep, 0 for none */
    KeptPairs(ExplainListener next, int pairs) {
        super(next);
        base = new RgbImage[pairs];
        personalized = new RgbImage[pairs];
    }

    @Override
    public void image(Side side, int index, RgbImage image) {
        if (index < base.length) {
            RgbImage[] pictures = side == Side.BASE ? base : personalized;
            pictures[index] = image.within(ConceptProposer.PICTURE_SIDE);
        }
        super.image(side, index, image);
    }

    @Override
    public Pictures pictures() {
        return base.length > 0 ? Pictures.ALL : super.pictures();
    }

    /** The pairs of which both pictures came, with the prompts by which the plan drew them. */
    List<PicturePair> pairs(Plan plan) {
        List<PicturePair> pairs = new ArrayList<>();
        for (int j = 0; j < base.length; j++) {
            if (base[j] != null && personalized[j] != null) {
                pairs.add(new PicturePair(prompt(plan, j), base[j], personalized[j]));
            }
        }
        return pairs;
    }

    private static String prompt(Plan plan, int pair) {
        return switch (plan.comparison()) {
            case Comparison.Sampled _ -> PairSampler.prompt(plan.prompts().prompts(), pair);
            case Comparison.Given _ -> null;
        };
    }
}
