package dev.finexl.job;

import dev.finexl.embed.RgbImage;
import dev.finexl.explain.Aspect;
import dev.finexl.explain.ExplainListener;
import dev.finexl.onnx.RunScope;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One attempt at a job in this process: hears how far it is, and can be stopped from any thread. Why it was stopped
 * decides what becomes of the job, and the first reason counts.
 */
final class JobRun implements ExplainListener, AutoCloseable {

    private final Job job;
    private final Runnable changed;
    private final RunScope scope = new RunScope();
    private final AtomicReference<Stop> stop = new AtomicReference<>();
    /** Which pairs' pictures have come, on the explaining thread. */
    private final Map<Side, BitSet> seen = Map.of(Side.BASE, new BitSet(), Side.PERSONALIZED, new BitSet());

    private volatile Progress progress = Progress.NONE;
    private volatile long renewed = System.nanoTime();

    /** Why an attempt is stopped. */
    enum Stop {
        /** Somebody cancelled the job. */
        CANCELLED,
        /** The job is, or may be, somebody else's by now. */
        LEASE_LOST,
        /** The program is ending. */
        SHUTDOWN
    }

    /** @param changed is called after each progress */
    JobRun(Job job, Runnable changed) {
        this.job = job;
        this.changed = changed;
    }

    Job job() {
        return job;
    }

    RunScope scope() {
        return scope;
    }

    Progress progress() {
        return progress;
    }

    Optional<Stop> stopped() {
        return Optional.ofNullable(stop.get());
    }

    void stop(Stop reason) {
        stop.compareAndSet(null, reason);
        scope.cancel();
    }

    /** Nanoseconds since the lease was known to be held. */
    long sinceRenewal() {
        return System.nanoTime() - renewed;
    }

    void renewed() {
        renewed = System.nanoTime();
    }

    @Override
    public void progress(Stage stage, long done, long total) {
        show(progress.at(stage, done, total));
    }

    @Override
    public void image(Side side, int index, RgbImage image) {
        seen.get(side).set(index);
        boolean whole = seen.values().stream().allMatch(pairs -> pairs.get(index));
        show(whole ? progress.withPair(index) : progress.withImage());
    }

    @Override
    public void aspects(int pairs, List<Aspect> aspects) {
        show(progress.with(pairs, aspects));
    }

    private void show(Progress newer) {
        progress = newer;
        changed.run();
    }

    @Override
    public void close() {
        scope.close();
    }
}
