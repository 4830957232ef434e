package dev.finexl.account;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;

/**
 * Holds tenants to their {@link Quota}. Requests and callers who wait are counted in this process; jobs, pictures and
 * evaluations in the database, for all processes together. Thread-safe.
 */
public final class Quotas {

    private final Tenants tenants;
    private final Ledger ledger;
    private final Clock clock;
    private final Map<Tenant, Long> asked = new HashMap<>();
    private final Map<Tenant, Integer> waiting = new HashMap<>();
    private Instant minute = Instant.EPOCH;

    public Quotas(Tenants tenants, Ledger ledger, Clock clock) {
        this.tenants = tenants;
        this.ledger = ledger;
        this.clock = clock;
    }

    /**
     * Lets a request in, and counts it.
     *
     * @throws QuotaExceededException if the tenant has sent too many in this minute, or used up what he may use in a day
     */
    public void admit(Tenant tenant) {
        Quota quota = tenants.quota(tenant);
        if (quota.requestsPerMinute() != null) {
            count(tenant, quota.requestsPerMinute());
        }
        if (quota.imagesPerDay() != null || quota.evaluationsPerDay() != null) {
            UsageTotal today = ledger.today(tenant);
            requireLeft("imagesPerDay", "pictures", today.images(), quota.imagesPerDay());
            requireLeft(
                    "evaluationsPerDay", "evaluations of the denoiser", today.evaluations(), quota.evaluationsPerDay());
        }
    }

    private synchronized void count(Tenant tenant, long most) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        if (!now.equals(minute)) {
            minute = now;
            asked.clear();
        }
        if (asked.getOrDefault(tenant, 0L) >= most) {
            throw new QuotaExceededException(
                    "requestsPerMinute",
                    "all of the %d requests of this minute have been sent".formatted(most),
                    now.plus(1, ChronoUnit.MINUTES));
        }
        asked.merge(tenant, 1L, Long::sum);
    }

    private void requireLeft(String quota, String what, long used, Long most) {
        if (most != null && used >= most) {
            Instant tomorrow = clock.instant()
                    .atZone(ZoneOffset.UTC)
                    .truncatedTo(ChronoUnit.DAYS)
                    .plusDays(1)
                    .toInstant();
            throw new QuotaExceededException(
                    quota, "%d %s have been used today, of %d".formatted(used, what, most), tomorrow);
        }
    }

    /**
     * Lets a job in.
     *
     * @param jobs of the tenant that wait or run
     * @throws QuotaExceededException if there are too many, with callers who wait
     */
    public synchronized void requireRoom(Tenant tenant, long jobs) {
        Long most = tenants.quota(tenant).concurrent();
        long now = jobs + waiting.getOrDefault(tenant, 0);
        if (most != null && now >= most) {
            throw new QuotaExceededException(
                    "concurrent", "%d explanations wait or run, of %d that may".formatted(now, most), null);
        }
    }

    /**
     * Lets a caller in who waits for his explanation.
     *
     * @param jobs as of {@link #requireRoom}
     * @return to be closed when he waits no longer
     */
    public synchronized Waiter enter(Tenant tenant, long jobs) {
        requireRoom(tenant, jobs);
        waiting.merge(tenant, 1, Integer::sum);
        return () -> leave(tenant);
    }

    private synchronized void leave(Tenant tenant) {
        waiting.computeIfPresent(tenant, (_, callers) -> callers == 1 ? null : callers - 1);
    }

    /** A caller who waits. */
    public interface Waiter extends AutoCloseable {

        @Override
        void close();
    }
}
