package dev.finexl.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.Explanation;
import dev.finexl.store.Folders;
import dev.finexl.store.ModelJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobPicturesTest {

    private static final int EDGE = 32;
    /** Of noise, which nothing compresses. */
    private static final int BYTES = 3 * EDGE * EDGE;

    @TempDir
    Path root;

    private final Random random = new Random(1);

    private RgbImage noise(int edge) {
        byte[] rgb = new byte[3 * edge * edge];
        random.nextBytes(rgb);
        return new RgbImage(edge, edge, rgb);
    }

    private void keep(JobPictures pictures, String job, int pairs) throws IOException {
        pictures.begin(job);
        for (int pair = 0; pair < pairs; pair++) {
            pictures.keep(job, Side.BASE, pair, noise(EDGE));
        }
    }

    private static int kept(JobPictures pictures, String job) {
        int kept = 0;
        while (pictures.has(job, Side.BASE, kept)) {
            kept++;
        }
        return kept;
    }

    @Test
    void givesBackWhatItKeepsAlsoToALaterRun() throws IOException {
        RgbImage small = noise(EDGE);
        JobPictures pictures = new JobPictures(root, 1 << 24);
        pictures.begin("a");
        pictures.keep("a", Side.BASE, 3, small);
        pictures.keep("a", Side.PERSONALIZED, 3, noise(600));

        JobPictures later = new JobPictures(root, 1 << 24);
        assertThat(later.picture("a", Side.BASE, 3)).hasValue(small);
        assertThat(later.picture("a", Side.PERSONALIZED, 3).orElseThrow().width())
                .isEqualTo(512);
        assertThat(later.find("a", Side.BASE, 4)).isEmpty();
        assertThat(later.find("b", Side.BASE, 3)).isEmpty();
    }

    @Test
    void makesRoomByForgettingWhatWasBegunFirst() throws IOException {
        long budget = 10L * BYTES;
        JobPictures pictures = new JobPictures(root, budget);
        keep(pictures, "first", 4);
        keep(pictures, "second", 4);
        keep(pictures, "third", 4);
        assertThat(kept(pictures, "first")).isZero();
        assertThat(kept(pictures, "second")).isEqualTo(4);
        assertThat(kept(pictures, "third")).isEqualTo(4);
        assertThat(Folders.bytes(root)).isLessThanOrEqualTo(budget);
        // Pictures that had to go while their job ran do not come back in part.
        pictures.keep("first", Side.BASE, 9, noise(EDGE));
        assertThat(pictures.has("first", Side.BASE, 9)).isFalse();
    }

    @Test
    void givesNoJobMoreThanThereIs() throws IOException {
        long budget = 10L * BYTES;
        JobPictures pictures = new JobPictures(root, budget);
        keep(pictures, "a", 20);
        assertThat(kept(pictures, "a")).isBetween(8, 10);
        assertThat(Folders.bytes(root)).isLessThanOrEqualTo(budget);
    }

    @Test
    void countsWhatAnEarlierRunHasLeftTheOldestFirst() throws IOException {
        long budget = 10L * BYTES;
        JobPictures earlier = new JobPictures(root, budget);
        keep(earlier, "newer", 4);
        keep(earlier, "older", 4);
        Files.setLastModifiedTime(root.resolve("older"), FileTime.from(Instant.EPOCH));

        JobPictures later = new JobPictures(root, budget);
        keep(later, "now", 4);
        assertThat(kept(later, "older")).isZero();
        assertThat(kept(later, "newer")).isEqualTo(4);
        assertThat(kept(later, "now")).isEqualTo(4);
    }

    @Test
    void beginsAnAttemptWithoutThePicturesOfTheLast() throws IOException {
        JobPictures pictures = new JobPictures(root, 1 << 20);
        keep(pictures, "a", 4);
        keep(pictures, "a", 1);
        assertThat(kept(pictures, "a")).isEqualTo(1);
    }

    @Test
    void sweepsWhatBelongsToNoJob() throws IOException {
        keep(new JobPictures(root, 1 << 20), "gone", 1);
        JobPictures pictures = new JobPictures(root, 1 << 20);
        keep(pictures, "here", 1);
        pictures.sweep(Set.of("here")::contains);
        assertThat(kept(pictures, "here")).isEqualTo(1);
        assertThat(root.resolve("gone")).doesNotExist();
    }

    @Test
    void leavesOnlyThePairsThatTheExplanationShowsExamplesFirst() throws IOException {
        JobPictures pictures = new JobPictures(root, 1 << 24);
        keep(pictures, "a", 140);
        String pair = "{\"index\": %d, \"shows\": {\"vivid\": 1.0}}";
        List<String> pairs = IntStream.range(0, 135).mapToObj(pair::formatted).toList();
        pictures.settle(
                "a",
                ModelJson.MAPPER.readValue("""
                {"pairs": %s, "examples": [{"aspect": "vivid", "best": %s, "worst": %s}]}
                """.formatted(pairs, pairs.get(134), pairs.get(130)), Explanation.class));
        assertThat(kept(pictures, "a")).isEqualTo(126);
        assertThat(pictures.has("a", Side.BASE, 130)).isTrue();
        assertThat(pictures.has("a", Side.BASE, 134)).isTrue();
        assertThat(pictures.has("a", Side.BASE, 133)).isFalse();
        assertThat(pictures.has("a", Side.BASE, 139)).isFalse();
    }
}
