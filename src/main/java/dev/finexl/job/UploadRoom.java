package dev.finexl.job;

import dev.finexl.account.Tenant;
import java.util.HashMap;
import java.util.Map;

/**
 * The disk that all uploads may take together. Exists because a bound on each of them bounds nothing while anybody may
 * send as many as he likes: bodies on their way in and pictures that wait for their explanation draw on one budget, each
 * under the name of its owner, and whoever would exceed it is told to come back.
 *
 * <p>Thread-safe.
 */
public final class UploadRoom {

    private final long budget;
    private final long each;
    private final Map<String, Long> taken = new HashMap<>();
    private final Map<String, Tenant> tenants = new HashMap<>();
    private long sum;

    /** @param budget bytes, of all owners together */
    public UploadRoom(long budget) {
        this(budget, budget);
    }

    /**
     * @param budget bytes, of all owners together
     * @param each bytes, of one tenant's uploads together
     */
    public UploadRoom(long budget, long each) {
        this.budget = budget;
        this.each = each;
    }

    /** Says that there is no room at the moment. */
    public static final class FullException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private FullException(String whose, long budget) {
            super("%s take all of the %d bytes that they may take together; come back when some have been explained"
                    .formatted(whose, budget));
        }
    }

    /** Counts what an owner takes among a tenant's as well, until it leaves. */
    synchronized void assign(String owner, Tenant tenant) {
        tenants.put(owner, tenant);
    }

    /**
     * Takes room for an owner, in addition to what it has.
     *
     * @param bytes at least 0
     * @throws FullException if there is not as much; nothing is taken then
     */
    public synchronized void take(String owner, long bytes) {
        if (bytes > budget - sum) {
            throw new FullException("uploads", budget);
        }
        Tenant tenant = tenants.get(owner);
        if (tenant != null && bytes > each - takenBy(tenant)) {
            throw new FullException("your uploads", each);
        }
        occupy(owner, bytes);
    }

    private long takenBy(Tenant tenant) {
        return tenants.entrySet().stream()
                .filter(entry -> entry.getValue().equals(tenant))
                .mapToLong(entry -> taken.getOrDefault(entry.getKey(), 0L))
                .sum();
    }

    /** Counts what is there already, even beyond the budget. */
    synchronized void occupy(String owner, long bytes) {
        taken.merge(owner, bytes, Long::sum);
        sum += bytes;
    }

    /** Gives back all that an owner has, if it has anything. */
    public synchronized void leave(String owner) {
        tenants.remove(owner);
        Long bytes = taken.remove(owner);
        if (bytes != null) {
            sum -= bytes;
        }
    }
}
