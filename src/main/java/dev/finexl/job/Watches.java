package dev.finexl.job;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Who watches which job in this process. Thread-safe. */
final class Watches {

    private final Map<String, Set<JobWatch>> byJob = new ConcurrentHashMap<>();
    private final Function<String, Optional<Job>> look;

    /** @param look finds a job as it stands */
    Watches(Function<String, Optional<Job>> look) {
        this.look = look;
    }

    /** Watches a job until the watch is closed. A change after this returned is not missed. */
    JobWatch open(String job) {
        JobWatch watch = new JobWatch(() -> look.apply(job), closed -> remove(job, closed));
        byJob.compute(job, (_, watches) -> {
            Set<JobWatch> all = watches == null ? ConcurrentHashMap.newKeySet() : watches;
            all.add(watch);
            return all;
        });
        return watch;
    }

    private void remove(String job, JobWatch watch) {
        byJob.computeIfPresent(job, (_, watches) -> {
            watches.remove(watch);
            return watches.isEmpty() ? null : watches;
        });
    }

    void changed(String job) {
        byJob.getOrDefault(job, Set.of()).forEach(JobWatch::wake);
    }

    void allChanged() {
        byJob.keySet().forEach(this::changed);
    }
}
