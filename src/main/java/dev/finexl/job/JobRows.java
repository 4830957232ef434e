package dev.finexl.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.finexl.account.Tenant;
import dev.finexl.job.trace.TraceParent;
import dev.finexl.store.ModelJson;
import dev.finexl.store.sql.Database;
import dev.finexl.store.sql.DatabaseException;
import dev.finexl.store.sql.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Reads jobs as their table has them; every {@code where} is a condition of SQL with a {@code ?} for each value. */
final class JobRows {

    private static final String COLUMNS =
            "id, tenant, kind, state, request, request_hash, place, traceparent, attempt, progress, created_at,"
                    + " started_at, finished_at, result, problem";

    private final Database database;

    JobRows(Database database) {
        this.database = database;
    }

    /** The one job of which something holds. */
    Optional<Job> find(String where, Object... values) {
        return select(COLUMNS, where, JobRows::job, values).stream().findFirst();
    }

    /** Of how many jobs something holds. */
    int count(String where, Object... values) {
        return select("COUNT(*)", where, row -> row.getInt(1), values).getFirst();
    }

    /** Whether something holds of any job. */
    boolean any(String where, Object... values) {
        return !select("1", where + " FETCH FIRST 1 ROWS ONLY", row -> 1, values)
                .isEmpty();
    }

    /** The jobs of which something holds. */
    List<String> ids(String where, Object... values) {
        return select("id", where, row -> row.getString(1), values);
    }

    /** Some columns of the jobs of which something holds. */
    <T> List<T> select(String columns, String where, Statements.RowReader<T> reader, Object... values) {
        return database.query("SELECT %s FROM explanation_job WHERE %s".formatted(columns, where), reader, values);
    }

    private static Job job(ResultSet row) throws SQLException {
        return new Job(
                row.getString("id"),
                new Tenant(row.getString("tenant")),
                JobKind.of(row.getString("kind")),
                JobState.of(row.getString("state")),
                row.getString("request"),
                row.getString("request_hash"),
                row.getString("place") != null,
                TraceParent.of(row.getString("traceparent")),
                row.getInt("attempt"),
                progress(row.getString("progress")),
                Statements.instant(row, "created_at"),
                Statements.instant(row, "started_at"),
                Statements.instant(row, "finished_at"),
                row.getString("result"),
                row.getString("problem"));
    }

    private static Progress progress(String json) {
        try {
            return json == null ? Progress.NONE : ModelJson.MAPPER.readValue(json, Progress.class);
        } catch (JsonProcessingException e) {
            throw new DatabaseException("a job's progress in the database cannot be read", e);
        }
    }
}
