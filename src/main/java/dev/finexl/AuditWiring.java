package dev.finexl;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.explain.Explainer;
import dev.finexl.job.audit.AuditSettings;
import dev.finexl.job.audit.DynamoConnection;
import dev.finexl.job.audit.DynamoIdempotencyStore;
import dev.finexl.job.audit.FileIdempotencyStore;
import dev.finexl.job.audit.IdempotencyStore;
import dev.finexl.job.audit.Invocations;
import dev.finexl.job.trace.Tracing;
import dev.finexl.store.ResultStore;
import dev.finexl.store.StorageException;
import dev.finexl.store.s3.S3Connection;
import dev.finexl.store.s3.S3Location;
import dev.finexl.store.s3.S3Objects;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.validation.Validator;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Makes what audits objects in storage out of the program's configuration. */
@Singleton
class AuditWiring {

    private static final String DYNAMO = "dynamodb:";

    private final FinexlConfig config;

    AuditWiring(FinexlConfig config) {
        this.config = config;
    }

    @Produces
    @Singleton
    DynamoConnection dynamo() {
        FinexlConfig.Audits.Records records = config.audits().records();
        return new DynamoConnection(records.endpoint(), records.region());
    }

    static void close(@Disposes DynamoConnection connection) {
        connection.close();
    }

    @Produces
    @Singleton
    Invocations invocations(
            Explainer explainer,
            S3Connection storage,
            Optional<ResultStore> results,
            DynamoConnection dynamo,
            Validator validator,
            ObjectMapper mapper,
            Tracing tracing) {
        FinexlConfig.Audits audits = config.audits();
        AuditSettings settings = new AuditSettings(
                audits.watched().orElse(List.of()).stream()
                        .map(S3Location::parse)
                        .toList(),
                audits.request(),
                audits.lease(),
                audits.margin(),
                audits.pictures());
        return Invocations.of(
                explainer,
                new S3Objects(storage),
                results.orElseThrow(() -> new StorageException(
                        "audits need a place for their results: set finexl.results.location", null)),
                records(audits.records(), dynamo),
                settings,
                validator,
                mapper,
                tracing);
    }

    private static IdempotencyStore records(FinexlConfig.Audits.Records records, DynamoConnection dynamo) {
        String location = records.location();
        return location.startsWith(DYNAMO)
                ? new DynamoIdempotencyStore(dynamo::client, location.substring(DYNAMO.length()), records.keep())
                : new FileIdempotencyStore(Path.of(location));
    }
}
