package dev.finexl.store.s3;

import dev.finexl.store.StorageException;
import java.io.IOException;
import java.util.Optional;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Reads small objects that are no models and are not worth a place in the cache, such as the settings beside a model. */
public final class S3Objects {

    private final S3Connection connection;

    public S3Objects(S3Connection connection) {
        this.connection = connection;
    }

    /**
     * Reads the first bytes of an object.
     *
     * @param limit most bytes that are read
     * @return at most {@code limit} bytes, fewer if the object has no more; empty if there is no such object
     * @throws StorageException if the storage can't be reached or refuses
     */
    public Optional<byte[]> head(S3Location object, int limit) {
        try (ResponseInputStream<GetObjectResponse> in =
                connection.client().getObject(r -> r.bucket(object.bucket()).key(object.key()))) {
            byte[] bytes = in.readNBytes(limit);
            // What is left must not be read to the end for the sake of the connection.
            in.abort();
            return Optional.of(bytes);
        } catch (NoSuchKeyException _) {
            return Optional.empty();
        } catch (SdkException e) {
            throw failed(object, S3Failure.of(e), e);
        } catch (IOException e) {
            throw failed(object, S3Failure.SILENT, e);
        }
    }

    private static StorageException failed(S3Location object, S3Failure failure, Exception e) {
        return new StorageException("%s cannot be read: %s".formatted(object, failure.words()), e);
    }
}
