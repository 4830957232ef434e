package dev.finexl.job;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Empty databases for tests: always H2, and PostgreSQL where {@code FINEXL_TEST_POSTGRES} is the JDBC URL of a database
 * in which schemas may be made.
 */
final class Databases {

    private static final String POSTGRES = System.getenv("FINEXL_TEST_POSTGRES");

    private Databases() {}

    static Stream<String> urls() {
        return POSTGRES == null ? Stream.of("h2") : Stream.of("h2", "postgresql");
    }

    /** JDBC URL of a new database. */
    static String create(String kind) throws SQLException {
        String name = "t" + UUID.randomUUID().toString().replace("-", "");
        if (kind.equals("h2")) {
            return "jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1".formatted(name);
        }
        try (Connection connection = DriverManager.getConnection(POSTGRES);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA " + name);
        }
        return POSTGRES + (POSTGRES.contains("?") ? "&" : "?") + "currentSchema=" + name;
    }

    static JobDatabase open(String url) {
        return new JobDatabase(url, null, null, Path.of("unused"));
    }
}
