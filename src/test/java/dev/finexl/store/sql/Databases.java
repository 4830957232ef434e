package dev.finexl.store.sql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Empty databases for tests: always H2, and PostgreSQL where {@code FINEXL_TEST_POSTGRES} is the JDBC URL of a database
 * in which schemas may be made, or where PostgreSQL is installed.
 */
public final class Databases {

    /** What {@link #urls} and {@link #create} call PostgreSQL. */
    public static final String POSTGRES = "postgresql";

    private Databases() {}

    /** Whether PostgreSQL is here. */
    public static boolean hasPostgres() {
        return PostgresServer.url().isPresent();
    }

    /** The kinds that are here. */
    public static Stream<String> urls() {
        return hasPostgres() ? Stream.of("h2", POSTGRES) : Stream.of("h2");
    }

    /** JDBC URL of a new database. */
    public static String create(String kind) throws SQLException {
        String name = "t" + UUID.randomUUID().toString().replace("-", "");
        if (kind.equals("h2")) {
            return "jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1".formatted(name);
        }
        String url = PostgresServer.url().orElseThrow();
        try (Connection connection = PostgresServer.connect(url);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA " + name);
        }
        return url + (url.contains("?") ? "&" : "?") + "currentSchema=" + name;
    }

    /** Opens one. */
    public static Database open(String url) {
        return new Database(url, null, null, Path.of("unused"));
    }
}
