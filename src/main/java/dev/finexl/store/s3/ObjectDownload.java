package dev.finexl.store.s3;

import dev.finexl.store.ModelFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongConsumer;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * Downloads one state of one object in ranges, several at a time. Exists because one connection to object storage carries a
 * fraction of what the network does, and because a range that breaks off is got again without the others.
 *
 * <p>Every range is asked for on condition of the object's ETag, and every answer is compared with what was asked for; the
 * whole is compared with the checksum that the storage has of the object.
 */
final class ObjectDownload {

    private static final int BUFFER = 1 << 16;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final S3Connection connection;
    private final CacheSettings settings;
    private final Semaphore requests;
    private final LongConsumer arrived;

    private record Range(long first, long size) {

        String header() {
            return "bytes=%d-%d".formatted(first, first + size - 1);
        }

        String contentRange(long whole) {
            return "bytes %d-%d/%d".formatted(first, first + size - 1, whole);
        }
    }

    /**
     * @param requests one permit for each request that may run at the same time
     * @param arrived hears of bytes as they arrive, and of those that have to come again as negative numbers; on any thread
     */
    ObjectDownload(S3Connection connection, CacheSettings settings, Semaphore requests, LongConsumer arrived) {
        this.connection = connection;
        this.settings = settings;
        this.requests = requests;
        this.arrived = arrived;
    }

    /**
     * Downloads an object. When this returns, its bytes are on the disk.
     *
     * @param file is written to, in place of what may be there
     * @return the SHA-256 of the object
     * @throws ObjectChangedException if the object is not in this state
     * @throws ModelFileException if it cannot be had whole
     * @throws InterruptedException if the thread was interrupted
     */
    String into(Path file, S3Object object) throws IOException, InterruptedException {
        Optional<ObjectChecksum> checksum = head(object);
        for (int attempt = 0; ; attempt++) {
            ranges(file, object);
            try {
                return ObjectChecksum.verified(file, checksum);
            } catch (BrokenTransferException e) {
                arrived.accept(-object.size());
                pauseOrFail(attempt, object, e);
            }
        }
    }

    private Optional<ObjectChecksum> head(S3Object object) throws InterruptedException {
        S3Location location = object.location();
        requests.acquire();
        try {
            HeadObjectResponse head = connection
                    .client()
                    .headObject(r -> r.bucket(location.bucket())
                            .key(location.key())
                            .versionId(object.versionId())
                            .checksumMode(ChecksumMode.ENABLED));
            if (!object.etag().equals(head.eTag()) || object.size() != head.contentLength()) {
                throw new ObjectChangedException(location);
            }
            return ObjectChecksum.of(head);
        } catch (SdkException e) {
            throw failure(object, e);
        } finally {
            requests.release();
        }
    }

    private void ranges(Path file, S3Object object) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            List<Callable<Void>> ranges = new ArrayList<>();
            for (long first = 0; first < object.size(); first += settings.partSize()) {
                Range range = new Range(first, Math.min(settings.partSize(), object.size() - first));
                ranges.add(() -> {
                    range(channel, object, range);
                    return null;
                });
            }
            Tasks.run(ranges, () -> {});
            channel.force(true);
        }
    }

    private void range(FileChannel channel, S3Object object, Range range) throws IOException, InterruptedException {
        for (int attempt = 0; ; attempt++) {
            try {
                attempt(channel, object, range);
                return;
            } catch (BrokenTransferException e) {
                pauseOrFail(attempt, object, e);
            }
        }
    }

    private void attempt(FileChannel channel, S3Object object, Range range) throws IOException, InterruptedException {
        requests.acquire();
        try {
            request(channel, object, range);
        } finally {
            requests.release();
        }
    }

    private void request(FileChannel channel, S3Object object, Range range) throws IOException {
        S3Location location = object.location();
        long done = 0;
        try (ResponseInputStream<GetObjectResponse> in = connection
                .client()
                .getObject(r -> r.bucket(location.bucket())
                        .key(location.key())
                        .versionId(object.versionId())
                        .range(range.header())
                        .ifMatch(object.etag()))) {
            try {
                requireRange(object, range, in.response());
                byte[] buffer = new byte[BUFFER];
                while (done < range.size()) {
                    int n = read(in, buffer, (int) Math.min(buffer.length, range.size() - done), range, done);
                    write(channel, ByteBuffer.wrap(buffer, 0, n), range.first() + done);
                    done += n;
                    arrived.accept(n);
                }
            } catch (IOException | RuntimeException e) {
                // Otherwise the rest of the answer is read, so that the connection can be used again.
                in.abort();
                arrived.accept(-done);
                throw e;
            }
        } catch (SdkException e) {
            throw failure(object, e);
        }
    }

    private static void requireRange(S3Object object, Range range, GetObjectResponse answer)
            throws BrokenTransferException {
        if (!object.etag().equals(answer.eTag())) {
            throw new ObjectChangedException(object.location());
        }
        String expected = range.contentRange(object.size());
        if (!expected.equals(answer.contentRange())) {
            throw new BrokenTransferException(
                    "it answers with the range '%s'; expected '%s'".formatted(answer.contentRange(), expected));
        }
    }

    private static int read(InputStream in, byte[] buffer, int most, Range range, long done)
            throws BrokenTransferException {
        int n;
        try {
            n = in.read(buffer, 0, most);
        } catch (IOException e) {
            throw new BrokenTransferException(
                    "its answer breaks off after %d of %d bytes".formatted(done, range.size()), e);
        }
        if (n < 0) {
            throw new BrokenTransferException("its answer ends after %d of %d bytes".formatted(done, range.size()));
        }
        return n;
    }

    private static void write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    private static RuntimeException failure(S3Object object, SdkException e) {
        S3Failure failure = S3Failure.of(e);
        return failure == S3Failure.CHANGED
                ? new ObjectChangedException(object.location())
                : failure.at(object.location(), e);
    }

    /** Waits a random time, longer with each attempt, so that many who were turned away do not come back at once. */
    private void pauseOrFail(int attempt, S3Object object, BrokenTransferException e) throws InterruptedException {
        if (attempt >= settings.retries()) {
            throw new ModelFileException(
                    "%s: the object storage does not give the object whole: %s"
                            .formatted(object.location(), e.getMessage()),
                    e);
        }
        long most = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(attempt, Long.BYTES));
        Thread.sleep(ThreadLocalRandom.current().nextLong(most + 1));
    }
}
