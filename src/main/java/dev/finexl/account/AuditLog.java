package dev.finexl.account;

import dev.finexl.store.sql.Database;
import dev.finexl.store.sql.Statements;
import java.util.List;

/** The record of what administrators did. It is added to in the transaction of the deed, and nothing here changes or removes a line. */
public final class AuditLog {

    /** Most lines that are read at once. */
    public static final int MOST = 1000;

    private static final int LONGEST_ACTOR = 200;
    private static final int LONGEST_DETAIL = 1000;

    private final Database database;

    public AuditLog(Database database) {
        this.database = database;
    }

    static void add(
            Statements statements, String actor, String action, Tenant tenant, String keyPrefix, String detail) {
        statements.update(
                "INSERT INTO admin_action (actor, action, tenant, key_prefix, detail) VALUES (?, ?, ?, ?, ?)",
                shortened(actor, LONGEST_ACTOR),
                action,
                tenant.name(),
                keyPrefix,
                shortened(detail, LONGEST_DETAIL));
    }

    private static String shortened(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length);
    }

    /**
     * The latest lines, latest first.
     *
     * @param limit how many, 1 to {@link #MOST}
     */
    public List<AdminAction> latest(int limit) {
        return database.query(
                "SELECT done_at, actor, action, tenant, key_prefix, detail FROM admin_action ORDER BY seq DESC"
                        + " FETCH FIRST %d ROWS ONLY".formatted(limit),
                row -> new AdminAction(
                        Statements.instant(row, "done_at"),
                        row.getString("actor"),
                        row.getString("action"),
                        new Tenant(row.getString("tenant")),
                        row.getString("key_prefix"),
                        row.getString("detail")));
    }
}
