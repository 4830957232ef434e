package dev.finexl.store.s3;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A server on the loopback interface that speaks S3's protocol and keeps its objects in memory. */
public final class StorageServer implements AutoCloseable {

    private final S3Proxy server;
    private final S3Client client;

    public StorageServer() throws Exception {
        // Found by the SDK's default chain, in this process and where a test hands them on to another.
        System.setProperty("aws.accessKeyId", "test");
        System.setProperty("aws.secretAccessKey", "test");
        server = S3Proxy.builder()
                .blobStore(new TransientNio2BlobStore())
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.NONE, "", "")
                .ignoreUnknownHeaders(true)
                .build();
        server.start();
        client = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .endpointOverride(endpoint())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(AnonymousCredentialsProvider.create())
                .build();
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    /** A client of its own, with which a test arranges what there is. */
    public S3Client client() {
        return client;
    }

    public void bucket(String name) {
        client.createBucket(r -> r.bucket(name));
    }

    public void put(String bucket, String key, byte[] body) {
        client.putObject(r -> r.bucket(bucket).key(key), RequestBody.fromBytes(body));
    }

    /** Uploads every file of a folder, below a prefix. */
    public void upload(Path folder, String bucket, String prefix) throws Exception {
        try (Stream<Path> files = Files.walk(folder).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                put(bucket, prefix + "/" + folder.relativize(file), Files.readAllBytes(file));
            }
        }
    }

    /** Settings that lead to an endpoint, with as many retries as the program has by itself. */
    public static S3Settings settings(URI endpoint) {
        return new S3Settings(Optional.of(endpoint), Optional.empty(), true, 4);
    }

    @Override
    public void close() throws Exception {
        client.close();
        server.stop();
    }
}
