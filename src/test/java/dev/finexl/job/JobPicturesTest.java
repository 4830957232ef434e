package dev.finexl.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.Explanation;
import dev.finexl.store.DirectoryResults;
import dev.finexl.store.Folders;
import dev.finexl.store.ModelJson;
import dev.finexl.store.ResultStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        JobPictures pictures = new JobPictures(root, 1 << 24, SharedPictures.NONE);
        pictures.begin("a");
        pictures.keep("a", Side.BASE, 3, small);
        pictures.keep("a", Side.PERSONALIZED, 3, noise(600));

        JobPictures later = new JobPictures(root, 1 << 24, SharedPictures.NONE);
        assertThat(later.picture("a", Side.BASE, 3)).hasValue(small);
        assertThat(later.picture("a", Side.PERSONALIZED, 3).orElseThrow().width())
                .isEqualTo(512);
        assertThat(later.find("a", Side.BASE, 4)).isEmpty();
        assertThat(later.find("b", Side.BASE, 3)).isEmpty();
    }

    @Test
    void makesRoomByForgettingWhatWasBegunFirst() throws IOException {
        long budget = 10L * BYTES;
        JobPictures pictures = new JobPictures(root, budget, SharedPictures.NONE);
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
        JobPictures pictures = new JobPictures(root, budget, SharedPictures.NONE);
        keep(pictures, "a", 20);
        assertThat(kept(pictures, "a")).isBetween(8, 10);
        assertThat(Folders.bytes(root)).isLessThanOrEqualTo(budget);
    }

    @Test
    void countsWhatAnEarlierRunHasLeftTheOldestFirst() throws IOException {
        long budget = 10L * BYTES;
        JobPictures earlier = new JobPictures(root, budget, SharedPictures.NONE);
        keep(earlier, "newer", 4);
        keep(earlier, "older", 4);
        Files.setLastModifiedTime(root.resolve("older"), FileTime.from(Instant.EPOCH));

        JobPictures later = new JobPictures(root, budget, SharedPictures.NONE);
        keep(later, "now", 4);
        assertThat(kept(later, "older")).isZero();
        assertThat(kept(later, "newer")).isEqualTo(4);
        assertThat(kept(later, "now")).isEqualTo(4);
    }

    @Test
    void beginsAnAttemptWithoutThePicturesOfTheLast() throws IOException {
        JobPictures pictures = new JobPictures(root, 1 << 20, SharedPictures.NONE);
        keep(pictures, "a", 4);
        keep(pictures, "a", 1);
        assertThat(kept(pictures, "a")).isEqualTo(1);
    }

    @Test
    void sweepsWhatBelongsToNoJob() throws IOException {
        keep(new JobPictures(root, 1 << 20, SharedPictures.NONE), "gone", 1);
        JobPictures pictures = new JobPictures(root, 1 << 20, SharedPictures.NONE);
        keep(pictures, "here", 1);
        pictures.sweep(Set.of("here")::contains);
        assertThat(kept(pictures, "here")).isEqualTo(1);
        assertThat(root.resolve("gone")).doesNotExist();
    }

    @Test
    void leavesOnlyThePairsThatTheExplanationShowsExamplesFirst() throws IOException {
        JobPictures pictures = new JobPictures(root, 1 << 24, SharedPictures.NONE);
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

    private static Explanation showing(int pairs) throws IOException {
        List<String> all = IntStream.range(0, pairs)
                .mapToObj("{\"index\": %d, \"shows\": {\"vivid\": 1.0}}"::formatted)
                .toList();
        return ModelJson.MAPPER.readValue("{\"pairs\": %s, \"examples\": []}".formatted(all), Explanation.class);
    }

    private JobPictures of(String process, ResultStore store) {
        return new JobPictures(root.resolve(process), 1 << 24, SharedPictures.in(store));
    }

    @Test
    void showsWhatAnotherProcessHasDrawn() throws IOException {
        ResultStore store = new DirectoryResults(root.resolve("store"));
        JobPictures drawing = of("drawing", store);
        keep(drawing, "a", 3);
        RgbImage last = noise(EDGE);
        drawing.keep("a", Side.PERSONALIZED, 2, last);
        JobPictures showing = of("showing", store);
        showing.bring("a");
        assertThat(kept(showing, "a")).as("while it is explained").isZero();

        drawing.settle("a", showing(3));
        showing.bring("a");
        assertThat(kept(showing, "a")).isEqualTo(3);
        assertThat(showing.picture("a", Side.PERSONALIZED, 2)).hasValue(last);
        assertThat(showing.find("a", Side.BASE, 1))
                .hasValue(drawing.find("a", Side.BASE, 1).orElseThrow());
        assertThat(showing.has("a", Side.PERSONALIZED, 1)).isFalse();
        assertThat(showing.has("b", Side.BASE, 0)).isFalse();

        try (Stream<Path> here = Files.list(root.resolve("showing"))) {
            assertThat(here).containsExactly(root.resolve("showing/a"));
        }
        // What was brought takes room like what was drawn, and goes like it.
        showing.sweep(_ -> false);
        assertThat(kept(showing, "a")).isZero();
        showing.bring("a");
        assertThat(kept(showing, "a")).isEqualTo(3);

        // Nobody who comes later has them once their job is gone.
        assertThat(showing.forget("a")).isTrue();
        JobPictures late = of("late", store);
        late.bring("a");
        assertThat(kept(late, "a")).isZero();
    }

    @Test
    void sharesNoMoreThanTheBoundThePairsThatAreShownFirst() throws IOException {
        ResultStore store = new DirectoryResults(root.resolve("store"));
        JobPictures drawing = new JobPictures(root.resolve("drawing"), 1L << 30, SharedPictures.in(store));
        drawing.begin("a");
        RgbImage large = noise(512);
        int beyond = PictureBundle.LARGEST / (3 * 512 * 512) + 1;
        for (int pair = 0; pair < beyond; pair++) {
            drawing.keep("a", Side.BASE, pair, large);
        }
        drawing.settle("a", showing(beyond));
        assertThat(kept(drawing, "a")).isEqualTo(beyond);
        JobPictures showing = new JobPictures(root.resolve("showing"), 1L << 30, SharedPictures.in(store));
        showing.bring("a");
        assertThat(kept(showing, "a")).isBetween(beyond - 3, beyond - 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no zip", "../../x.png", "base/1.gif", "base/12345.png", "base/-1.png"})
    void showsNothingOfWhatIsNoBundle(String content) throws IOException {
        ResultStore store = new DirectoryResults(root.resolve("store"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (content.contains("/")) {
            try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
                zip.putNextEntry(new ZipEntry("base/0.png"));
                zip.write(1);
                zip.putNextEntry(new ZipEntry(content));
                zip.write(1);
            }
        } else {
            bytes.writeBytes(content.getBytes(StandardCharsets.UTF_8));
        }
        store.put("pictures/a.zip", bytes.toByteArray(), "application/zip");
        JobPictures showing = of("showing", store);
        showing.bring("a");
        assertThat(kept(showing, "a")).isZero();
        assertThat(root.resolve("showing/a")).doesNotExist();
    }

    @Test
    void inflatesNoMoreThanTheBound() throws IOException {
        ResultStore store = new DirectoryResults(root.resolve("store"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int pair = 0; pair < 2; pair++) {
                zip.putNextEntry(new ZipEntry("base/" + pair + ".png"));
                zip.write(new byte[PictureBundle.LARGEST - 1]);
            }
        }
        assertThat(bytes.size()).isLessThan(1 << 20);
        store.put("pictures/a.zip", bytes.toByteArray(), "application/zip");
        JobPictures showing = of("showing", store);
        showing.bring("a");
        assertThat(kept(showing, "a")).isZero();
    }

    @Test
    void keepsItsOwnAlthoughTheyCannotBeShared() throws IOException {
        JobPictures pictures = of("here", new DirectoryResults(Files.createFile(root.resolve("a-file"))));
        keep(pictures, "a", 2);
        pictures.settle("a", showing(2));
        pictures.bring("a");
        assertThat(kept(pictures, "a")).isEqualTo(2);
        pictures.bring("b");
        assertThat(kept(pictures, "b")).isZero();
    }
}
