package dev.finexl.store.s3;

import dev.finexl.store.ResultStore;
import dev.finexl.store.StorageException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** Results as objects below a prefix. */
public final class S3Results implements ResultStore {

    /** A call whose answer was lost is repeated, and meets what it wrote itself: only by this can it tell. */
    private static final String WRITER = "finexl-writer";

    private final S3Connection connection;
    private final S3Location folder;

    /** @param folder below which the results are kept */
    public S3Results(S3Connection connection, S3Location folder) {
        this.connection = connection;
        this.folder = folder;
    }

    @Override
    public Optional<byte[]> get(String key) {
        S3Location object = object(key);
        try (ResponseInputStream<GetObjectResponse> in =
                connection.client().getObject(r -> r.bucket(object.bucket()).key(object.key()))) {
            if (in.response().contentLength() > LARGEST) {
                in.abort();
                throw new StorageException(
                        "the result %s is larger than the %d bytes accepted here".formatted(object, LARGEST), null);
            }
            return Optional.of(in.readNBytes(LARGEST));
        } catch (NoSuchKeyException _) {
            return Optional.empty();
        } catch (SdkException e) {
            throw failed("cannot be read", object, S3Failure.of(e), e);
        } catch (IOException e) {
            throw failed("cannot be read", object, S3Failure.SILENT, e);
        }
    }

    @Override
    public void put(String key, byte[] body, String contentType) {
        put(object(key), body, contentType, request -> request);
    }

    @Override
    public boolean putIfAbsent(String key, byte[] body, String contentType) {
        S3Location object = object(key);
        String writer = UUID.randomUUID().toString();
        try {
            put(object, body, contentType, request -> request.ifNoneMatch("*").metadata(Map.of(WRITER, writer)));
            return true;
        } catch (StorageException e) {
            if (e.getCause() instanceof SdkException cause && S3Failure.of(cause) == S3Failure.CHANGED) {
                return writer.equals(writer(object));
            }
            throw e;
        }
    }

    /** Who wrote an object; null if it does not say, or is gone. */
    private String writer(S3Location object) {
        try {
            return connection
                    .client()
                    .headObject(r -> r.bucket(object.bucket()).key(object.key()))
                    .metadata()
                    .get(WRITER);
        } catch (NoSuchKeyException _) {
            return null;
        } catch (SdkException e) {
            throw failed("cannot be read", object, S3Failure.of(e), e);
        }
    }

    @Override
    public void delete(String key) {
        S3Location object = object(key);
        try {
            connection.client().deleteObject(r -> r.bucket(object.bucket()).key(object.key()));
        } catch (SdkException e) {
            throw failed("cannot be removed", object, S3Failure.of(e), e);
        }
    }

    @Override
    public String describe(String key) {
        return object(key).toString();
    }

    private S3Location object(String key) {
        return folder.child(ResultStore.checked(key));
    }

    private void put(S3Location object, byte[] body, String contentType, UnaryOperator<PutObjectRequest.Builder> also) {
        try {
            connection
                    .client()
                    .putObject(
                            also.apply(PutObjectRequest.builder()
                                            .bucket(object.bucket())
                                            .key(object.key())
                                            .contentType(contentType))
                                    .build(),
                            RequestBody.fromBytes(body));
        } catch (SdkException e) {
            throw failed("cannot be written", object, S3Failure.of(e), e);
        }
    }

    private static StorageException failed(String what, S3Location object, S3Failure failure, Exception e) {
        return new StorageException("the result %s %s: %s".formatted(object, what, failure.words()), e);
    }
}
