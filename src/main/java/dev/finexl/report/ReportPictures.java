package dev.finexl.report;

import dev.finexl.embed.PngEncoder;
import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The pictures of an explanation, small enough to be part of its report. Which of them a report shows is known only when the
 * explanation is there, so those of the first {@value #MOST} pairs are all kept until then, {@value #SIDE} pixels on their
 * longer side at most. Used by one thread.
 */
public final class ReportPictures implements ExplainListener {

    private static final int SIDE = 256;
    private static final int MOST = 128;

    private final Map<Side, Map<Integer, RgbImage>> kept = new EnumMap<>(Side.class);

    @Override
    public boolean wantsPictures() {
        return true;
    }

    @Override
    public void image(Side side, int index, RgbImage image) {
        if (index < MOST) {
            kept.computeIfAbsent(side, _ -> new HashMap<>()).put(index, image.within(SIDE));
        }
    }

    /** A picture as the address of an HTML image that holds it; empty if there is none. */
    Optional<String> address(Side side, int index) {
        return Optional.ofNullable(kept.getOrDefault(side, Map.of()).get(index))
                .map(image -> "data:image/png;base64," + Base64.getEncoder().encodeToString(PngEncoder.encode(image)));
    }
}
