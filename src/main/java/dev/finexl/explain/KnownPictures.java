package dev.finexl.explain;

import dev.finexl.explain.Measurer.Measurement;
import dev.finexl.generate.ImageRequest;
import dev.finexl.store.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What has been measured of pictures of one side before, in groups of {@value #GROUP} whose places do not depend on how many
 * pictures are asked for, so that a later request with more of them, or one that looks at them in other steps, finds them.
 */
final class KnownPictures {

    static final int GROUP = 8;

    private final Answers answers;
    private final String side;

    /**
     * @param side hash of all that the measurements depend on, apart from prompts and seeds
     */
    KnownPictures(Answers answers, String side) {
        this.answers = answers;
        this.side = side;
    }

    /** Knows nothing and keeps nothing. */
    static KnownPictures none() {
        return new KnownPictures(Answers.NONE, "");
    }

    /**
     * A run of pictures that are all known, or that all have to be sampled.
     *
     * @param from index of the first
     * @param to index behind the last
     * @param known what was measured of them; null if they have to be sampled
     */
    record Run(int from, int to, List<Measurement> known) {}

    /** Cuts pictures into such runs. */
    List<Run> runs(List<ImageRequest> pictures, int from, int until) {
        List<Run> runs = new ArrayList<>();
        int unknownFrom = from;
        for (int start = from; start < until; start = end(start, until)) {
            int end = end(start, until);
            Optional<List<Measurement>> known = answers.pictures(key(pictures.subList(start, end)), end - start);
            if (known.isPresent()) {
                if (unknownFrom < start) {
                    runs.add(new Run(unknownFrom, start, null));
                }
                runs.add(new Run(start, end, known.get()));
                unknownFrom = end;
            }
        }
        if (unknownFrom < until) {
            runs.add(new Run(unknownFrom, until, null));
        }
        return runs;
    }

    /** Keeps what was measured of a run, where it fills a group or ends the pictures that are asked for. */
    void keep(List<ImageRequest> pictures, int from, int until, List<Measurement> measured) {
        for (int start = from; start < until; start = end(start, until)) {
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
