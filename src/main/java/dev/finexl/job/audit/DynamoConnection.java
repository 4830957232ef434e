package dev.finexl.job.audit;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClientBuilder;

/** The one client of DynamoDB, made when it is first asked for, since the SDK takes its time to load. Thread-safe. */
public final class DynamoConnection implements AutoCloseable {

    /** For one call with all its attempts: a lease is extended beside the work, and has to be in time. */
    private static final Duration CALL = Duration.ofSeconds(10);

    private static final Duration ATTEMPT = Duration.ofSeconds(3);

    private final Optional<URI> endpoint;
    private final Optional<String> region;
    private DynamoDbClient client;

    /**
     * @param endpoint of a server that is not AWS's own; empty for AWS
     * @param region empty for that of the SDK's default chain
     */
    public DynamoConnection(Optional<URI> endpoint, Optional<String> region) {
        this.endpoint = endpoint;
        this.region = region;
    }

    /**
     * The client.
     *
     * @throws software.amazon.awssdk.core.exception.SdkClientException if no region is configured or found
     */
    public synchronized DynamoDbClient client() {
        if (client == null) {
            DynamoDbClientBuilder builder = DynamoDbClient.builder()
                    .httpClientBuilder(UrlConnectionHttpClient.builder())
                    .overrideConfiguration(calls -> calls.apiCallTimeout(CALL).apiCallAttemptTimeout(ATTEMPT));
            endpoint.ifPresent(builder::endpointOverride);
            region.map(Region::of).ifPresent(builder::region);
            client = builder.build();
        }
        return client;
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.close();
            client = null;
        }
    }
}
