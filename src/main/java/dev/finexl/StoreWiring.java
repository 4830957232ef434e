package dev.finexl;

import dev.finexl.store.Catalogue;
import dev.finexl.store.DirectoryResults;
import dev.finexl.store.FileHashes;
import dev.finexl.store.ResultStore;
import dev.finexl.store.s3.CacheSettings;
import dev.finexl.store.s3.S3AllowList;
import dev.finexl.store.s3.S3Connection;
import dev.finexl.store.s3.S3Location;
import dev.finexl.store.s3.S3Models;
import dev.finexl.store.s3.S3Results;
import dev.finexl.store.s3.S3Settings;
import dev.finexl.store.sql.Database;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Makes the places of models, results and the database out of the program's configuration. It is classes like this that do so, one
 * for some rooms each, so that no room knows of the configuration or of what puts the program together.
 */
@Singleton
class StoreWiring {

    private final FinexlConfig config;

    StoreWiring(FinexlConfig config) {
        this.config = config;
    }

    @Produces
    @Singleton
    Catalogue catalogue(S3Connection connection) {
        FinexlConfig.Storage storage = config.storage();
        config.models().hashes().ifPresent(FileHashes::keepIn);
        return new Catalogue(
                config.models().roots().orElse(List.of()),
                new S3Models(
                        connection,
                        S3AllowList.parse(storage.allowed().orElse(List.of())),
                        new CacheSettings(
                                storage.cache(),
                                storage.budget().asLongValue(),
                                storage.parallel(),
                                storage.partSize().asLongValue(),
                                storage.retries())));
    }

    @Produces
    @Singleton
    S3Connection objectStorage() {
        FinexlConfig.Storage storage = config.storage();
        return new S3Connection(
                new S3Settings(storage.endpoint(), storage.region(), storage.pathStyle(), storage.retries()));
    }

    static void close(@Disposes S3Connection connection) {
        connection.close();
    }

    @Produces
    @Singleton
    Optional<ResultStore> results(S3Connection connection) {
        return config.results()
                .location()
                .map(location -> S3Location.isMeant(location)
                        ? new S3Results(connection, S3Location.parse(location))
                        : new DirectoryResults(Path.of(location)));
    }

    @Produces
    @Singleton
    Database database() {
        FinexlConfig.Jobs jobs = config.jobs();
        return new Database(
                jobs.url().orElse(null),
                jobs.user().orElse(null),
                jobs.password().orElse(null),
                jobs.directory());
    }

    static void close(@Disposes Database database) {
        database.close();
    }
}
