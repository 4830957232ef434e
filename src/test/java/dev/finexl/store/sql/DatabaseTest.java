package dev.finexl.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {

    /** Else it grows with the heap that the machine allows, for jobs that nobody asks for any more. */
    @Test
    void keepsLittleOfTheEmbeddedDatabaseInMemory(@TempDir Path folder) {
        try (Database database = new Database(null, null, null, folder)) {
            assertThat(database.query(
                            "SELECT SETTING_VALUE FROM INFORMATION_SCHEMA.SETTINGS WHERE SETTING_NAME = 'info.CACHE_MAX_SIZE'",
                            row -> row.getInt(1)))
                    .as("MiB")
                    .containsExactly(8);
        }
    }
}
