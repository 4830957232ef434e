package dev.finexl.serve.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.job.Job;
import dev.finexl.job.JobPictures;
import dev.finexl.job.JobQueue;
import dev.finexl.job.JobWatch;
import dev.finexl.job.Progress;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Writes how a job comes about as server-sent events. Exists because readers differ in speed and come and go: each
 * is told the difference between the job as it was last told and the job as it stands, whenever the connection has room
 * for it. A slow reader is told less often, one who comes late begins with the present state and all that has been found so
 * far, and nothing is buffered for anybody. A fast one is told some ten times in a second at most; an event holds the last few
 * pairs and the strongest aspects, however many there are.
 *
 * <p>The id of an event says up to which version of the progress its reader has been told, so that one who comes back with
 * it is told what has changed since the present state, or nothing.
 */
@Singleton
class JobEvents {

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    /** Between two writes, so that there are no more events than anybody can follow. */
    private static final Duration PACE = Duration.ofMillis(100);

    private final JobQueue queue;
    private final JobPictures pictures;
    private final ObjectMapper mapper;

    JobEvents(JobQueue queue, JobPictures pictures, ObjectMapper mapper) {
        this.queue = queue;
        this.pictures = pictures;
        this.mapper = mapper;
    }

    /** An event before it is written. */
    private record Event(String name, Object data) {}

    /** The aspects so far. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Aspects(int pairs, Object aspects) {}

    /** How many pictures have been looked at, and where those of the last pairs are. */
    private record Images(int done, List<Pair> latest) {}

    /** A pair of which both pictures are kept. */
    private record Pair(int index, String base, String personalized) {}

    /** A stage. */
    private record Stage(String stage, long done, long total) {}

    /** Whether a reader who has this event has been told everything there is about a job that has ended. */
    static boolean isAllTold(Job job, String last) {
        return job.state().ended() && version(job).equals(last);
    }

    /**
     * Writes events until the job has ended or the reader has gone. Blocks while the connection has no room, so it wants a
     * thread that costs little.
     *
     * @param first the job as it stands
     * @param last id of the last event that the reader has; null for none
     * @throws IOException if the reader has gone
     */
    void write(Job first, String last, ClientGone client, OutputStream out) throws IOException {
        try (JobWatch watch = queue.watch(first)) {
            Optional<Job> known = version(first).equals(last) ? Optional.of(first) : Optional.empty();
            long written = System.nanoTime();
            while (!client.isGone() && !queue.isClosed()) {
                Optional<Job> now = watch.job();
                if (now.isEmpty()) {
                    return;
                }
                String events = text(difference(known.orElse(null), now.get()), version(now.get()));
                boolean silent = events.isEmpty() && System.nanoTime() - written > HEARTBEAT.toNanos();
                if (silent || !events.isEmpty()) {
                    out.write((silent ? ": still there\n\n" : events).getBytes(StandardCharsets.UTF_8));
                    out.flush();
                    written = System.nanoTime();
                }
                if (now.get().state().ended()) {
                    return;
                }
                known = now;
                Thread.sleep(PACE);
                watch.await(POLL);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a reader must be told who knows a job as it was; null if he knows nothing. */
    private List<Event> difference(Job before, Job now) {
        if (now.state().ended()) {
            return List.of(new Event("done", JobDocument.of(now)));
        }
        boolean anew = before == null || before.state() != now.state() || before.attempt() != now.attempt();
        List<Event> events = new ArrayList<>();
        if (anew) {
            events.add(new Event("state", JobDocument.of(now)));
        }
        Progress old = anew ? Progress.NONE : before.progress();
        Progress progress = now.progress();
        Stage stage = new Stage(progress.stage(), progress.done(), progress.total());
        if (!stage.equals(new Stage(old.stage(), old.done(), old.total()))) {
            events.add(new Event("stage", stage));
        }
        if (progress.images() != old.images()) {
            events.add(new Event("images", new Images(progress.images(), kept(now))));
        }
        if (progress.pairs() != old.pairs()) {
            events.add(new Event("aspects", new Aspects(progress.pairs(), progress.aspects())));
        }
        return events;
    }

    private List<Pair> kept(Job job) {
        return job.progress().latest().stream()
                .filter(pair -> Arrays.stream(Side.values()).allMatch(side -> pictures.has(job.id(), side, pair)))
                .map(pair -> new Pair(
                        pair,
                        PairsResource.address(job.id(), pair, Side.BASE),
                        PairsResource.address(job.id(), pair, Side.PERSONALIZED)))
                .toList();
    }

    private static String version(Job job) {
        return job.state().ended()
                ? job.state().key()
                : "%d.%d".formatted(job.attempt(), job.progress().version());
    }

    /** Only the last of several events has the id: who was told only some of them has not been told all. */
    private String text(List<Event> events, String version) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < events.size(); i++) {
            text.append("event: ").append(events.get(i).name()).append('\n');
            if (i == events.size() - 1) {
                text.append("id: ").append(version).append('\n');
            }
            text.append("data: ").append(json(events.get(i).data())).append("\n\n");
        }
        return text.toString();
    }

    /** On one line, as JSON is written here. */
    private String json(Object data) {
        try {
            return mapper.writeValueAsString(data);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("an event that JSON cannot hold", e);
        }
    }
}
