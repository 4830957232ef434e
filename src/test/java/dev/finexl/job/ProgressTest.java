package dev.finexl.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.embed.RgbImage;
import dev.finexl.explain.Aspect;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.Interval;
import dev.finexl.store.ModelJson;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private static final RgbImage PICTURE = new RgbImage(1, 1, new byte[3]);

    private static JobRun run() {
        return new JobRun(RunningJob.JOB, () -> {});
    }

    @Test
    void namesTheLastPairsOfWhichBothPicturesAreThere() {
        try (JobRun run = run()) {
            for (int pair = 0; pair < 6; pair++) {
                run.image(Side.BASE, pair, PICTURE);
            }
            assertThat(run.progress().images()).isEqualTo(6);
            assertThat(run.progress().latest()).isEmpty();
            for (int pair = 0; pair < 6; pair++) {
                run.image(Side.PERSONALIZED, pair, PICTURE);
            }
            assertThat(run.progress().latest()).containsExactly(5, 4, 3, 2);
            run.image(Side.PERSONALIZED, 3, PICTURE);
            assertThat(run.progress().latest()).containsExactly(3, 5, 4, 2);
            assertThat(run.progress().images()).isEqualTo(13);
            assertThat(run.progress().version()).isEqualTo(13);
        }
    }

    @Test
    void holdsTheStrongestAspectsHoweverManyThereAre() throws Exception {
        List<Aspect> many = IntStream.range(0, 1000)
                .mapToObj(i -> new Aspect(
                        "aspect " + i, "palette", 1, new Interval(0, 1), null, 0.001, 1, List.of(), "aspect " + i))
                .toList();
        try (JobRun run = run()) {
            run.aspects(8, many);
            assertThat(run.progress().pairs()).isEqualTo(8);
            assertThat(run.progress().aspects())
                    .hasSize(Progress.MOST_ASPECTS)
                    .first()
                    .satisfies(first -> assertThat(first.get("name").asText()).isEqualTo("aspect 0"));
        }
    }

    @Test
    void readsWhatAnEarlierVersionHasWritten() throws Exception {
        Progress old = ModelJson.MAPPER.readValue(
                "{\"version\": 7, \"stage\": \"sampling\", \"done\": 1, \"total\": 2, \"images\": 1, \"pairs\": 0}",
                Progress.class);
        assertThat(old.latest()).isEmpty();
        assertThat(old.images()).isEqualTo(1);
    }
}
