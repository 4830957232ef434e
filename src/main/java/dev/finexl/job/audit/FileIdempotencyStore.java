package dev.finexl.job.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.finexl.store.ModelJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * Records as files of one folder, for workers of one machine.
 *
 * <p>Exists because a file can be created atomically, but not be compared and replaced: taking over a stale lease is both.
 * So each step holds the lock of the folder's file {@code lock}, which the system frees when a process dies, for the
 * moment that it takes to read a record and to rename a new one over it. A worker killed in between leaves the old record
 * and at most one file aside, which the next step writes anew.
 *
 * <p>The folder must be on a local disk: locks of network file systems are not relied on. Records stay until somebody
 * removes them; a record that is removed lets its work be done again.
 */
public final class FileIdempotencyStore implements IdempotencyStore {

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]{1,200}");

    /** A lock on a file belongs to the process: its threads have to take turns before they ask for it. */
    private static final ReentrantLock TURN = new ReentrantLock();

    private final Path folder;

    /** @param folder of the records; it is created when the first is written */
    public FileIdempotencyStore(Path folder) {
        this.folder = folder.toAbsolutePath();
    }

    /**
     * A record as it is written.
     *
     * @param owner whose it is; null if it was released
     * @param until when the lease runs out, in milliseconds since 1970
     * @param result null while it runs
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Entry(String owner, long token, long until, String result) {

        boolean isOf(Claim claim) {
            return claim.owner().equals(owner) && token == claim.token();
        }

        boolean isHeldBy(Claim claim) {
            return isOf(claim) && result == null;
        }
    }

    private interface Step<T> {
        T take() throws IOException;
    }

    @Override
    public Begun begin(String key, Instant now, Instant until) {
        return alone(() -> {
            Entry found = read(key);
            if (found != null && found.result() != null) {
                return new Done(found.token(), found.result());
            }
            if (found != null && found.until() > now.toEpochMilli()) {
                return new InProgress(Instant.ofEpochMilli(found.until()));
            }
            Claim claim = new Claim(key, UUID.randomUUID().toString(), found == null ? 1 : found.token() + 1);
            write(key, new Entry(claim.owner(), claim.token(), until.toEpochMilli(), null));
            return claim;
        });
    }

    @Override
    public boolean extend(Claim claim, Instant until) {
        return alone(() -> {
            Entry found = read(claim.key());
            boolean held = found != null && found.isHeldBy(claim);
            if (held) {
                write(claim.key(), new Entry(claim.owner(), claim.token(), until.toEpochMilli(), null));
            }
            return held;
        });
    }

    @Override
    public boolean complete(Claim claim, String result) {
        return alone(() -> {
            Entry found = read(claim.key());
            boolean own = found != null && found.isOf(claim);
            if (own) {
                write(claim.key(), new Entry(claim.owner(), claim.token(), 0, result));
            }
            return own;
        });
    }

    @Override
    public void release(Claim claim) {
        alone(() -> {
            Entry found = read(claim.key());
            if (found != null && found.isHeldBy(claim)) {
                write(claim.key(), undone(found));
            }
            return null;
        });
    }

    @Override
    public void forget(String key, Done done) {
        alone(() -> {
            Entry found = read(key);
            if (found != null && found.result() != null && found.token() == done.token()) {
                write(key, undone(found));
            }
            return null;
        });
    }

    /** Without an owner, so that whoever still tries to extend it is refused; the token stays, so that it only ever grows. */
    private static Entry undone(Entry found) {
        return new Entry(null, found.token(), 0, null);
    }

    private <T> T alone(Step<T> step) {
        TURN.lock();
        try {
            Files.createDirectories(folder);
            try (FileChannel channel = FileChannel.open(
                            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var _ = channel.lock()) {
                return step.take();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the idempotency records in %s cannot be used: %s".formatted(folder, e.getMessage()), e);
        } finally {
            TURN.unlock();
        }
    }

    private Path file(String key) {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException("'%s' is no key of a record".formatted(key));
        }
        return folder.resolve(key + ".json");
    }

    private Entry read(String key) throws IOException {
        Path file = file(key);
        try {
            return ModelJson.MAPPER.readValue(Files.readString(file), Entry.class);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new IOException("%s is no record: %s".formatted(file.getFileName(), e.getMessage()), e);
        }
    }

    private void write(String key, Entry entry) throws IOException {
        Path file = file(key);
        // One name for all: the lock is held, and what a killed worker left there is overwritten.
        Path aside = folder.resolve("record.part");
        try (FileChannel channel = FileChannel.open(
                aside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(ModelJson.MAPPER.writeValueAsString(entry));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            // A rename can reach the disk before the bytes do.
            channel.force(true);
        }
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
