package dev.finexl.store.sql;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * The database of jobs and accounts, opened and brought to its present schema when it is first used. Exists because which
 * database it is, an embedded one in a file or a server that several processes share, is decided where the program runs,
 * and because most commands must not open any.
 *
 * <p>A failure to open it is not remembered: the next use tries again. Thread-safe.
 */
public final class Database implements AutoCloseable {

    private static final int CONNECTIONS = 10;
    /** Of the embedded database; H2 adds the ending. */
    private static final String NAME = "jobs";

    private static final String HISTORY = "finexl_schema";
    /** What H2 says of a file that another process has open. */
    private static final String IN_USE = "90020";

    /** H2 itself would take 64 MiB for each GiB that the heap may grow to, and fill it with jobs that have ended. */
    private static final int CACHE_KIB = 8 << 10;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String url;
    private final String user;
    private final String password;
    private final Path directory;
    private AgroalDataSource source;
    private boolean closed;

    /**
     * @param url JDBC URL of an H2 or PostgreSQL database; null for an H2 database in {@code directory}
     * @param user name to log in with; null for none
     * @param password null for none
     * @param directory where the embedded database is; made if need be
     */
    public Database(String url, String user, String password, Path directory) {
        this.url = url;
        this.user = user;
        this.password = password;
        this.directory = directory;
    }

    /**
     * Whether there is nothing in it: an embedded database that nobody has made yet. To ask costs nothing; to make one takes a
     * good part of the program's start.
     */
    public synchronized boolean isNew() {
        return source == null && url == null && Files.notExists(directory.resolve(NAME + ".mv.db"));
    }

    /** All rows that a query finds, as of {@link Statements#query}, in a transaction of its own. */
    public <T> List<T> query(String sql, Statements.RowReader<T> reader, Object... parameters) {
        return with(statements -> statements.query(sql, reader, parameters));
    }

    /** How many rows a statement changed, in a transaction of its own. */
    public int update(String sql, Object... parameters) {
        return with(statements -> statements.update(sql, parameters));
    }

    /**
     * Does some work in one transaction: all of it holds, or, if it throws, nothing.
     *
     * @throws DatabaseException if the database cannot be used
     */
    public <T> T inTransaction(Function<Statements, T> work) {
        try (Connection connection = open().getConnection()) {
            connection.setAutoCommit(false);
            try {
                T result = work.apply(new Statements(connection));
                connection.commit();
                return result;
            } catch (RuntimeException | Error | SQLException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private <T> T with(Function<Statements, T> work) {
        try (Connection connection = open().getConnection()) {
            return work.apply(new Statements(connection));
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    static DatabaseException failure(SQLException e) {
        return new DatabaseException("the database of jobs cannot be used: " + e.getMessage(), e);
    }

    private synchronized AgroalDataSource open() throws SQLException {
        if (closed) {
            throw new SQLException("the database of jobs is closed");
        }
        if (source == null) {
            AgroalDataSource opening = AgroalDataSource.from(pool(url == null ? embedded() : url));
            try {
                requireFree(opening);
                if (!isPresent(opening)) {
                    migrate(opening);
                }
                if (isEmbedded()) {
                    endLeases(opening);
                }
                source = opening;
            } finally {
                if (source == null) {
                    opening.close();
                }
            }
        }
        return source;
    }

    private AgroalDataSourceConfigurationSupplier pool(String jdbc) {
        return new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.maxSize(CONNECTIONS)
                        .acquisitionTimeout(PATIENCE)
                        .connectionFactoryConfiguration(connections -> {
                            connections.jdbcUrl(jdbc);
                            if (user != null) {
                                connections.principal(new NamePrincipal(user));
                            }
                            if (password != null) {
                                connections.credential(new SimplePassword(password));
                            }
                            return connections;
                        }));
    }

    /**
     * Every commit is handed to the operating system before it returns, so that no job that was accepted is lost with the
     * process; and the database is closed by this class, not by a shutdown hook that comes before the last jobs end.
     */
    private String embedded() throws SQLException {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new SQLException("the directory %s cannot be made".formatted(directory), e);
        }
        return "jdbc:h2:file:%s;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;CACHE_SIZE=%d"
                .formatted(directory.toAbsolutePath().resolve(NAME), CACHE_KIB);
    }

    /** Whether no other process can have the database open. */
    private boolean isEmbedded() {
        return url == null || url.startsWith("jdbc:h2:file:") || url.startsWith("jdbc:h2:mem:");
    }

    /** Said in the terms of the program, since Flyway would say it in its own. */
    private void requireFree(AgroalDataSource source) throws SQLException {
        try (Connection _ = source.getConnection()) {
            return;
        } catch (SQLException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException sql && IN_USE.equals(sql.getSQLState())) {
                    throw new SQLException(
                            "another process, such as the service, has the embedded database in %s open"
                                    .formatted(directory),
                            e);
                }
            }
            throw e;
        }
    }

    /**
     * Whether the schema is the one that this program knows, going by Flyway's own record. Exists because Flyway takes longer to
     * find that there is nothing to do than all else that opening takes.
     */
    private static boolean isPresent(AgroalDataSource source) {
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT 1 FROM \"%s\" WHERE \"script\" = ? AND \"success\"".formatted(HISTORY))) {
            statement.setString(1, Migrations.NEWEST);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        } catch (SQLException _) {
            // There is no such table yet; Flyway knows what to say of anything else.
            return false;
        }
    }

    private static void migrate(AgroalDataSource source) throws SQLException {
        try {
            Flyway.configure(Database.class.getClassLoader())
                    .dataSource(source)
                    .resourceProvider(new Migrations())
                    .javaMigrationClassProvider(List::of)
                    .table(HISTORY)
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new SQLException(e.getMessage(), e);
        }
    }

    /** Whoever held a lease in an embedded database was a process that has ended, so nobody has to wait for its end. */
    private static void endLeases(AgroalDataSource source) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "UPDATE explanation_job SET lease_until = CURRENT_TIMESTAMP WHERE state = 'running'");
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (source != null) {
            source.close();
        }
    }
}
