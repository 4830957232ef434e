package dev.finexl.store.sql;

import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;

/**
 * The scripts that bring the database to its present schema, by name: Flyway would scan every jar of the class path for
 * them at each start, and finds none in a native image, which has no jars. A new script is to be named here.
 */
final class Migrations implements ResourceProvider {

    private static final String FOLDER = "db/jobs/";
    private static final List<String> SCRIPTS = List.of(
            "V1__explanation_job.sql",
            "V2__account.sql",
            "V3__job_of_tenant.sql",
            "V4__ledger.sql",
            "V5__quota.sql",
            "V6__trace.sql",
            "V7__job_kind.sql");

    /** The script after which the schema is the present one. */
    static final String NEWEST = SCRIPTS.getLast();

    @Override
    public LoadableResource getResource(String name) {
        return SCRIPTS.contains(name) ? new Script(name) : null;
    }

    @Override
    public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
        return SCRIPTS.stream()
                .filter(name ->
                        name.startsWith(prefix) && Arrays.stream(suffixes).anyMatch(name::endsWith))
                .<LoadableResource>map(Script::new)
                .toList();
    }

    private static final class Script extends LoadableResource {

        private final String name;

        Script(String name) {
            this.name = name;
        }

        @Override
        public Reader read() {
            return new InputStreamReader(
                    Migrations.class.getClassLoader().getResourceAsStream(FOLDER + name), StandardCharsets.UTF_8);
        }

        @Override
        public String getAbsolutePath() {
            return FOLDER + name;
        }

        @Override
        public String getAbsolutePathOnDisk() {
            return FOLDER + name;
        }

        @Override
        public String getFilename() {
            return name;
        }

        @Override
        public String getRelativePath() {
            return name;
        }
    }
}
