package dev.finexl.serve.http;

import dev.finexl.store.sql.Databases;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** As {@link KeyedProfile}, on PostgreSQL where that is installed; tests with it are to be skipped elsewhere. */
public class PostgresProfile extends KeyedProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> overrides = new HashMap<>(super.getConfigOverrides());
        if (Databases.hasPostgres()) {
            try {
                overrides.put("finexl.jobs.url", Databases.create(Databases.POSTGRES));
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
        return overrides;
    }
}
