package dev.finexl.account;

import dev.finexl.explain.InvalidRequestException;
import dev.finexl.store.sql.Database;
import dev.finexl.store.sql.DatabaseException;
import dev.finexl.store.sql.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The keys of all tenants. Every change is one transaction with its line in the {@link AuditLog}. A revoked or expired key stays
 * where it is, so that who asks later can be told what it was; it is good for nothing from that moment on, in every process.
 * Thread-safe.
 *
 * <p>All methods throw {@link DatabaseException} if the database cannot be used.
 */
public final class ApiKeys {

    private static final String COLUMNS = "prefix, tenant, scopes, created_at, expires_at, revoked_at";
    private static final String LIVE = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > CURRENT_TIMESTAMP)";
    private static final Duration LONGEST = Duration.ofDays(3660);

    private final Database database;

    public ApiKeys(Database database) {
        this.database = database;
    }

    /** There is no key with this prefix. */
    public static final class UnknownKeyException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        UnknownKeyException(String prefix) {
            super("there is no key that begins with '%s'".formatted(prefix));
        }
    }

    /**
     * Makes a key, and the tenant if it is new.
     *
     * @param scopes at least one
     * @param lifetime after which the key expires; null for never
     * @param actor who makes it
     * @throws InvalidRequestException if a value is out of its range
     */
    public NewKey create(Tenant tenant, Set<Scope> scopes, Duration lifetime, String actor) {
        if (scopes.isEmpty()) {
            throw new InvalidRequestException("scopes", "expected at least one of explain, read and admin");
        }
        Instant expires = lifetime == null ? null : Instant.now().plus(checked("lifetime", lifetime));
        Tenants.make(database, tenant);
        return database.inTransaction(statements -> {
            NewKey made = insert(statements, tenant, EnumSet.copyOf(scopes), expires);
            String detail = "scopes %s, expires %s".formatted(Scope.write(scopes), expires == null ? "never" : expires);
            AuditLog.add(statements, actor, "key.create", tenant, made.key().prefix(), detail);
            return made;
        });
    }

    private static NewKey insert(Statements statements, Tenant tenant, Set<Scope> scopes, Instant expires) {
        String secret = Secrets.next();
        statements.update(
                "INSERT INTO api_key (prefix, hash, tenant, scopes, expires_at) VALUES (?, ?, ?, ?, ?)",
                Secrets.prefix(secret),
                Secrets.hash(secret),
                tenant.name(),
                Scope.write(scopes),
                expires);
        return new NewKey(require(statements, Secrets.prefix(secret)), secret);
    }

    /** All keys, also those that are good for nothing any more, by tenant and age. */
    public List<ApiKey> list() {
        return database.query(
                "SELECT %s FROM api_key ORDER BY tenant, created_at, prefix".formatted(COLUMNS), ApiKeys::key);
    }

    /**
     * Makes a key that replaces another: of the same tenant, with the same scopes and expiry. The other one stays good for a
     * while, so that whoever uses it can change over.
     *
     * @param grace how long, 0 or more
     * @throws UnknownKeyException if there is no such key
     * @throws InvalidRequestException if it is revoked or expired
     */
    public NewKey rotate(String prefix, Duration grace, String actor) {
        Instant end = Instant.now().plus(checked("grace", grace));
        return database.inTransaction(statements -> {
            ApiKey old = require(statements, prefix);
            int ended = statements.update(
                    "UPDATE api_key SET expires_at = ? WHERE prefix = ? AND " + LIVE,
                    old.expires() != null && old.expires().isBefore(end) ? old.expires() : end,
                    prefix);
            if (ended == 0) {
                throw new InvalidRequestException(
                        "prefix", "the key '%s' is revoked or expired; create another".formatted(prefix));
            }
            NewKey made = insert(statements, old.tenant(), old.scopes(), old.expires());
            String detail = "replaces %s, which is good until %s".formatted(prefix, end);
            AuditLog.add(
                    statements, actor, "key.rotate", old.tenant(), made.key().prefix(), detail);
            return made;
        });
    }

    /**
     * Makes a key good for nothing, at once. One that is revoked stays as it is.
     *
     * @throws UnknownKeyException if there is no such key
     */
    public ApiKey revoke(String prefix, String actor) {
        return database.inTransaction(statements -> {
            ApiKey key = require(statements, prefix);
            int revoked = statements.update(
                    "UPDATE api_key SET revoked_at = CURRENT_TIMESTAMP WHERE prefix = ? AND revoked_at IS NULL",
                    prefix);
            if (revoked == 1) {
                AuditLog.add(statements, actor, "key.revoke", key.tenant(), prefix, "");
            }
            return require(statements, prefix);
        });
    }

    /** The key of a secret, if there is one and it is good. */
    public Optional<ApiKey> find(String secret) {
        return Secrets.isWellFormed(secret)
                ? database
                        .query(
                                "SELECT %s FROM api_key WHERE hash = ? AND %s".formatted(COLUMNS, LIVE),
                                ApiKeys::key,
                                Secrets.hash(secret))
                        .stream()
                        .findFirst()
                : Optional.empty();
    }

    /** Whether a text is meant as one of these keys, good or not. */
    public static boolean isMeant(String secret) {
        return secret.startsWith(Secrets.START);
    }

    /** Whether there has ever been a key. */
    public boolean any() {
        return !database.isNew()
                && !database.query("SELECT 1 FROM api_key FETCH FIRST 1 ROWS ONLY", _ -> 1)
                        .isEmpty();
    }

    private static ApiKey require(Statements statements, String prefix) {
        return statements
                .query("SELECT %s FROM api_key WHERE prefix = ?".formatted(COLUMNS), ApiKeys::key, prefix)
                .stream()
                .findFirst()
                .orElseThrow(() -> new UnknownKeyException(prefix));
    }

    private static Duration checked(String field, Duration duration) {
        if (duration.isNegative() || duration.compareTo(LONGEST) > 0) {
            throw new InvalidRequestException(field, "expected 0 to %d days".formatted(LONGEST.toDays()));
        }
        return duration;
    }

    private static ApiKey key(ResultSet row) throws SQLException {
        return new ApiKey(
                row.getString("prefix"),
                new Tenant(row.getString("tenant")),
                Scope.read(row.getString("scopes")),
                Statements.instant(row, "created_at"),
                Statements.instant(row, "expires_at"),
                Statements.instant(row, "revoked_at"));
    }
}
