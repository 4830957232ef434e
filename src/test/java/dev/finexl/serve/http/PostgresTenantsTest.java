package dev.finexl.serve.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.store.sql.Database;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** {@link TenantsTest} on PostgreSQL. */
@QuarkusTest
@TestProfile(PostgresProfile.class)
@EnabledIf("dev.finexl.store.sql.Databases#hasPostgres")
class PostgresTenantsTest extends TenantsTest {

    @Inject
    Database database;

    @Test
    void isOnPostgres() {
        assertThat(database.query("SELECT version()", row -> row.getString(1)))
                .singleElement()
                .asString()
                .startsWith("PostgreSQL");
    }
}
