package dev.finexl.explain;

import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener.Pictures;
import dev.finexl.explain.Measurer.Measurement;
import dev.finexl.generate.ImageRequest;
import dev.finexl.store.Sha256;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The pictures of one side that were drawn before, and what was measured of them, the latter in groups of {@value #GROUP} whose places do not depend on how many
 * pictures are asked for, so that a later request with more of them, or one that looks at them in other steps, finds them.
 */
final class KnownPictures {

    static final int GROUP = 8;

    private final Answers answers;
    private final String side;
    private final String drawing;
    private final Pictures wanted;

    /**
     * @param side hash of all that the measurements depend on, apart from prompts and seeds
     * @param drawing hash of all that the pictures themselves depend on, apart from prompts and seeds
     * @param wanted which of the pictures themselves are looked for
     */
    KnownPictures(Answers answers, String side, String drawing, Pictures wanted) {
        this.answers = answers;
        this.side = side;
        this.drawing = drawing;
        this.wanted = wanted;
    }

    /** Knows nothing and keeps nothing. */
    static KnownPictures none() {
        return new KnownPictures(Answers.NONE, "", "", Pictures.DRAWN);
    }

    /**
     * A run of pictures that are all known, or that all have to be sampled.
     *
     * @param from index of the first
     * @param to index behind the last
     * @param known what was measured of them; null if they have to be sampled
     * @param kept those that are wanted and kept themselves, by their indices; none if they have to be sampled
     */
    record Run(int from, int to, List<Measurement> known, SortedMap<Integer, RgbImage> kept) {}

    /** The run that begins at {@code from}. One after the other, so that the pictures of one group at most are in memory. */
    Run next(List<ImageRequest> pictures, int from, int until) {
        int end = from;
        while (end < until) {
            Optional<Run> known = group(pictures, end, end(end, until));
            if (known.isPresent()) {
                return end == from ? known.get() : unknown(from, end);
            }
            end = end(end, until);
        }
        return unknown(from, until);
    }

    private static Run unknown(int from, int to) {
        return new Run(from, to, null, Collections.emptySortedMap());
    }

    private Optional<Run> group(List<ImageRequest> pictures, int from, int to) {
        if (!answers.keeps()) {
            return Optional.empty();
        }
        Optional<List<Measurement>> measured = answers.pictures(key(pictures.subList(from, to)), to - from);
        if (measured.isEmpty()) {
            return Optional.empty();
        }
        SortedMap<Integer, RgbImage> kept = wanted == Pictures.DRAWN ? new TreeMap<>() : kept(pictures, from, to);
        boolean all = kept.size() == to - from;
        return wanted == Pictures.ALL && !all ? Optional.empty() : Optional.of(new Run(from, to, measured.get(), kept));
    }

    private SortedMap<Integer, RgbImage> kept(List<ImageRequest> pictures, int from, int to) {
        SortedMap<Integer, RgbImage> kept = new TreeMap<>();
        for (int i = from; i < to; i++) {
            int index = i;
            picture(pictures.get(i)).ifPresent(picture -> kept.put(index, picture));
        }
        return kept;
    }

    /** A picture as it was drawn, if it is kept. */
    Optional<RgbImage> picture(ImageRequest request) {
        return answers.picture(pictureKey(request));
    }

    /** Keeps a picture that was drawn, where anybody wants to see pictures. */
    void keep(ImageRequest request, RgbImage picture) {
        if (wanted != Pictures.DRAWN) {
            answers.keepPicture(pictureKey(request), picture);
        }
    }

    private String pictureKey(ImageRequest request) {
        return Sha256.ofLines(Stream.of(drawing, request.toString()));
    }

    /** Keeps what was measured of a run, where it fills a group or ends the pictures that are asked for. */
    void keep(List<ImageRequest> pictures, int from, int until, List<Measurement> measured) {
        for (int start = from; answers.keeps() && start < until; start = end(start, until)) {
            int end = end(start, until);
            answers.keepPictures(key(pictures.subList(start, end)), measured.subList(start - from, end - from));
        }
    }

    private static int end(int start, int until) {
        return Math.min(until, (start / GROUP + 1) * GROUP);
    }

    private String key(List<ImageRequest> group) {
        return Sha256.ofLines(Stream.concat(Stream.of(side), group.stream().map(ImageRequest::toString)));
    }
}
