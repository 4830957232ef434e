package dev.finexl.serve.http;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.condition.EnabledIf;

/** {@link UsageTest} on PostgreSQL. */
@QuarkusTest
@TestProfile(PostgresProfile.class)
@EnabledIf("dev.finexl.store.sql.Databases#hasPostgres")
class PostgresUsageTest extends UsageTest {}
