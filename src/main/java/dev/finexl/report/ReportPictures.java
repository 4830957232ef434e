package dev.finexl.report;

import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The pictures of an explanation, small enough to be part of its report. Which of them a report shows is known only when the
 * explanation is there, so those of the first {@value #MOST} pairs are all kept until then, as small
 * as it shows them. Used by one thread.
 */
public final class ReportPictures implements ExplainListener, PairPictures {

    private static final int MOST = 128;

    private final Map<Side, Map<Integer, RgbImage>> kept = new EnumMap<>(Side.class);

    @Override
    public Pictures pictures() {
        return Pictures.ALL;
    }

    @Override
    public void image(Side side, int index, RgbImage image) {
        if (index < MOST) {
            kept.computeIfAbsent(side, _ -> new HashMap<>()).put(index, image.within(PairPictures.SIDE));
        }
    }

    @Override
    public Optional<RgbImage> picture(Side side, int index) {
        return Optional.ofNullable(kept.getOrDefault(side, Map.of()).get(index));
    }
}
