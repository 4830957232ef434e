package dev.finexl.account;

import dev.finexl.store.sql.Database;
import dev.finexl.store.sql.DatabaseException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The tenants that are known, and what each may ask for. Thread-safe. All methods throw {@link DatabaseException}. */
public final class Tenants {

    private static final String COLUMNS =
            "name, requests_per_minute, concurrent_explanations, images_per_day, evaluations_per_day";

    private static final int MOST_REMEMBERED = 10_000;

    private final Database database;
    private final Quota common;
    /** Who need not be made again: tenants stay for good. */
    private final Set<Tenant> made = ConcurrentHashMap.newKeySet();

    /** @param common what holds where nothing is said of a tenant */
    public Tenants(Database database, Quota common) {
        this.database = database;
        this.common = common;
    }

    /**
     * A tenant with what was said of him.
     *
     * @param quota of him alone; a limit that is null is that of all tenants
     */
    public record Known(Tenant tenant, Quota quota) {}

    /** Makes a tenant, if it is new. */
    void make(Tenant tenant) {
        if (!made.contains(tenant)) {
            make(database, tenant);
            if (made.size() >= MOST_REMEMBERED) {
                made.clear();
            }
            made.add(tenant);
        }
    }

    /** In a transaction of its own: PostgreSQL goes on with none after a row was refused. */
    static void make(Database database, Tenant tenant) {
        if (!database.query("SELECT 1 FROM tenant WHERE name = ?", _ -> 1, tenant.name())
                .isEmpty()) {
            return;
        }
        try {
            database.update("INSERT INTO tenant (name) VALUES (?)", tenant.name());
        } catch (DatabaseException e) {
            if (!e.isDuplicate()) {
                throw e;
            }
        }
    }

    /** All of them, by name. */
    public List<Known> list() {
        return database.query("SELECT %s FROM tenant ORDER BY name".formatted(COLUMNS), Tenants::known);
    }

    /** What a tenant may ask for. */
    Quota quota(Tenant tenant) {
        return database
                .query("SELECT %s FROM tenant WHERE name = ?".formatted(COLUMNS), Tenants::known, tenant.name())
                .stream()
                .findFirst()
                .map(known -> known.quota().or(common))
                .orElse(common);
    }

    /**
     * Says what a tenant may ask for, in place of what was said before.
     *
     * @param actor who says so
     * @return empty if there is no such tenant
     */
    public Optional<Known> limit(Tenant tenant, Quota quota, String actor) {
        return database.inTransaction(statements -> {
            int changed = statements.update(
                    "UPDATE tenant SET requests_per_minute = ?, concurrent_explanations = ?, images_per_day = ?,"
                            + " evaluations_per_day = ? WHERE name = ?",
                    quota.requestsPerMinute(),
                    quota.concurrent(),
                    quota.imagesPerDay(),
                    quota.evaluationsPerDay(),
                    tenant.name());
            if (changed == 0) {
                return Optional.empty();
            }
            AuditLog.add(statements, actor, "tenant.limit", tenant, null, quota.toString());
            return Optional.of(new Known(tenant, quota));
        });
    }

    private static Known known(ResultSet row) throws SQLException {
        return new Known(
                new Tenant(row.getString(1)), new Quota(limit(row, 2), limit(row, 3), limit(row, 4), limit(row, 5)));
    }

    private static Long limit(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }
}
