package dev.finexl.account;

import dev.finexl.store.sql.Database;
import dev.finexl.store.sql.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * What explanations cost: one line for each that was made. A line is added in the transaction that makes the explanation
 * readable, under its id, which is there once: so whatever process dies when, there is a line for exactly the explanations that
 * can be had. Nothing here changes or removes one. Thread-safe.
 */
public final class Ledger {

    /** Most lines that are read at once. */
    public static final int MOST = 1000;

    private static final String OF_TENANT = " FROM usage_line WHERE tenant = ? AND ended_at >= ? AND ended_at < ?";

    private final Database database;

    public Ledger(Database database) {
        this.database = database;
    }

    /** Adds a line of what is kept nowhere else. */
    public void add(UsageLine line) {
        database.inTransaction(statements -> {
            add(statements, line);
            return line;
        });
    }

    /** Adds a line, in the transaction of its explanation. */
    public static void add(Statements statements, UsageLine line) {
        Spent spent = line.spent();
        statements.update(
                "INSERT INTO usage_line (explanation, tenant, request_hash, images, evaluations, cpu_seconds,"
                        + " gpu_seconds, cached, price, currency) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                line.explanation(),
                line.tenant().name(),
                line.requestHash(),
                spent.images(),
                spent.evaluations(),
                spent.cpuSeconds(),
                spent.gpuSeconds(),
                spent.cached(),
                line.price(),
                line.currency());
    }

    /**
     * What a tenant used in a period.
     *
     * @param from the first moment of it
     * @param to the first moment behind it
     */
    public UsageTotal total(Tenant tenant, Instant from, Instant to) {
        return database.query(
                        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN cached THEN 1 ELSE 0 END), 0),"
                                + " COALESCE(SUM(images), 0), COALESCE(SUM(evaluations), 0),"
                                + " COALESCE(SUM(cpu_seconds), 0), COALESCE(SUM(gpu_seconds), 0),"
                                + " COALESCE(SUM(price), 0)" + OF_TENANT,
                        row -> new UsageTotal(
                                row.getLong(1),
                                row.getLong(2),
                                row.getLong(3),
                                row.getLong(4),
                                row.getDouble(5),
                                row.getDouble(6),
                                row.getBigDecimal(7)),
                        tenant.name(),
                        from,
                        to)
                .getFirst();
    }

    /** What a tenant has used since the day began, in UTC. */
    public UsageTotal today(Tenant tenant) {
        Instant now = Instant.now();
        return total(
                tenant, now.atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.DAYS).toInstant(), now.plusSeconds(60));
    }

    /**
     * A tenant's lines of a period, in the order in which they were added, up to {@link #MOST}.
     *
     * @param after id of the explanation behind whose line to begin; null for the first
     */
    public List<UsageLine> lines(Tenant tenant, Instant from, Instant to, String after) {
        return database.query(
                "SELECT explanation, tenant, ended_at, request_hash, images, evaluations, cpu_seconds, gpu_seconds,"
                        + " cached, price, currency" + OF_TENANT
                        + " AND seq > COALESCE((SELECT seq FROM usage_line WHERE explanation = ?), 0)"
                        + " ORDER BY seq FETCH FIRST %d ROWS ONLY".formatted(MOST),
                Ledger::line,
                tenant.name(),
                from,
                to,
                after == null ? "" : after);
    }

    private static UsageLine line(ResultSet row) throws SQLException {
        return new UsageLine(
                row.getString("explanation"),
                new Tenant(row.getString("tenant")),
                Statements.instant(row, "ended_at"),
                row.getString("request_hash"),
                new Spent(
                        row.getInt("images"),
                        row.getLong("evaluations"),
                        row.getDouble("cpu_seconds"),
                        row.getDouble("gpu_seconds"),
                        row.getBoolean("cached")),
                row.getBigDecimal("price"),
                row.getString("currency"));
    }
}
