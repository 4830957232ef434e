package dev.finexl.store.s3;

import java.time.Duration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * The one client of object storage. Exists because the SDK takes a second to load, which a program that reads only local
 * models should not pay: the client is made when it is first asked for. Thread-safe.
 */
public final class S3Connection implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** For the next bytes of an answer, not for the whole of it: an object may be many gigabytes. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    /** For one call with all its attempts, up to the first byte of an object. */
    private static final Duration CALL = Duration.ofMinutes(2);

    private final S3Settings settings;
    private S3Client client;

    public S3Connection(S3Settings settings) {
        this.settings = settings;
    }

    /** How the storage is reached. */
    public S3Settings settings() {
        return settings;
    }

    /**
     * The client.
     *
     * @throws software.amazon.awssdk.core.exception.SdkClientException if no region is configured or found
     */
    public synchronized S3Client client() {
        if (client == null) {
            client = open();
        }
        return client;
    }

    private S3Client open() {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT)
                        .socketTimeout(SILENCE))
                .forcePathStyle(settings.pathStyle())
                // Servers other than AWS's refuse checksums that they do not know; ours are compared where there are
                // any.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(configuration -> configuration
                        .apiCallTimeout(CALL)
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(1 + settings.retries())
                                .build()));
        settings.region().map(Region::of).ifPresent(builder::region);
        settings.endpoint().ifPresent(endpoint -> {
            builder.endpointOverride(endpoint);
            if (settings.region().isEmpty()) {
                // It goes into the signature alone there, and any will do.
                builder.region(Region.US_EAST_1);
            }
        });
        return builder.build();
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.close();
            client = null;
        }
    }
}
