package dev.finexl.job;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * The database of jobs, opened and brought to its present schema when it is first used. Exists because which database it
 * is, an embedded one in a file or a server that several processes share, is decided where the program runs, and
 * because the command line must not open any.
 *
 * <p>A failure to open it is not remembered: the next use tries again. Thread-safe.
 */
public final class JobDatabase implements AutoCloseable {

    private static final int CONNECTIONS = 10;
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
    public JobDatabase(String url, String user, String password, Path directory) {
        this.url = url;
        this.user = user;
        this.password = password;
        this.directory = directory;
    }

    /**
     * A connection, which commits each statement by itself.
     *
     * @throws SQLException if the database cannot be reached
     */
    Connection connect() throws SQLException {
        return open().getConnection();
    }

    private synchronized AgroalDataSource open() throws SQLException {
        if (closed) {
            throw new SQLException("the database of jobs is closed");
        }
        if (source == null) {
            AgroalDataSource opening = AgroalDataSource.from(pool());
            try {
                migrate(opening);
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

    private AgroalDataSourceConfigurationSupplier pool() {
        return new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.maxSize(CONNECTIONS)
                        .acquisitionTimeout(PATIENCE)
                        .connectionFactoryConfiguration(connections -> {
                            connections.jdbcUrl(url == null ? embedded() : url);
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
    private String embedded() {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("the directory %s cannot be made".formatted(directory), e);
        }
        return "jdbc:h2:file:%s;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE"
                .formatted(directory.toAbsolutePath().resolve("jobs"));
    }

    /** Whether no other process can have the database open. */
    private boolean isEmbedded() {
        return url == null || url.startsWith("jdbc:h2:file:") || url.startsWith("jdbc:h2:mem:");
    }

    private static void migrate(AgroalDataSource source) throws SQLException {
        try {
            Flyway.configure(JobDatabase.class.getClassLoader())
                    .dataSource(source)
                    .resourceProvider(new JobMigrations())
                    .javaMigrationClassProvider(List::of)
                    .table("finexl_schema")
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
