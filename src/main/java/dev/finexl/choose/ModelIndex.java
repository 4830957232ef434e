package dev.finexl.choose;

import dev.finexl.store.StorageException;
import dev.finexl.store.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The explained models of a folder, for all processes that name it. Exists so that a thousand audited models are searched
 * without opening a thousand results.
 *
 * <p>It is one file to which records are appended ({@link IndexRecords}), held in memory while it is in use; what other
 * processes have appended is read before each answer. Of records with the same key the last counts; when most are outdated,
 * the file is written anew and takes the old one's place. Whoever writes holds the lock of a second file. A writer that is
 * killed leaves at most a piece of a record at the end, which readers do not see and the next writer cuts off. A record that
 * does not have its checksum ends the file in the same way: all of it can be made again. Thread-safe.
 */
public final class ModelIndex {

    private static final String FILE = "models.index";
    private static final String LOCK = "models.lock";
    /** A file beyond this is not read into memory. */
    private static final long LARGEST = 1L << 30;
    /** Outdated records that are not worth writing the file anew for. */
    private static final int OUTDATED = 1000;

    /** The lock of a file belongs to the process, and this one's threads take turns. */
    private static final Object ONE_WRITER = new Object();

    private final Path folder;
    private final Path file;
    private final Map<String, IndexedModel> models = new LinkedHashMap<>();
    private final IndexRecords records = new IndexRecords();
    /** Which file was read, so that one that took its place is noticed. */
    private Object read;

    private long position;
    private long count;

    /** @param folder made when it is first written to */
    public ModelIndex(Path folder) {
        this.folder = folder;
        this.file = folder.resolve(FILE);
    }

    /** Another index, in a folder below this one's. */
    public ModelIndex below(String name) {
        return new ModelIndex(folder.resolve(name));
    }

    /**
     * All models, those that were explained first before the others.
     *
     * @throws StorageException if the index cannot be read
     */
    public synchronized List<IndexedModel> all() {
        try {
            refresh();
        } catch (IOException e) {
            throw unreadable(e);
        }
        return List.copyOf(models.values());
    }

    /**
     * The model of a key.
     *
     * @throws StorageException if the index cannot be read
     */
    public synchronized Optional<IndexedModel> find(String key) {
        try {
            refresh();
        } catch (IOException e) {
            throw unreadable(e);
        }
        return Optional.ofNullable(models.get(key));
    }

    /**
     * Keeps a model, in place of one with its key.
     *
     * @throws StorageException if the index cannot be written
     */
    public synchronized void add(IndexedModel model) {
        try {
            refresh();
            if (model.equals(models.get(model.key()))) {
                return;
            }
            Files.createDirectories(folder);
            synchronized (ONE_WRITER) {
                try (FileChannel lock =
                        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    lock.lock(); // until it is closed
                    refresh();
                    append(model);
                }
            }
        } catch (IOException e) {
            throw new StorageException("the index %s cannot be written: %s".formatted(file, e.getMessage()), e);
        }
    }

    private StorageException unreadable(IOException e) {
        return new StorageException("the index %s cannot be read: %s".formatted(file, e.getMessage()), e);
    }

    private void append(IndexedModel model) throws IOException {
        if (count - models.size() > Math.max(OUTDATED, models.size())) {
            models.remove(model.key());
            models.put(model.key(), model);
            WholeFile.write(file, IndexRecords.file(models.values()));
            forget();
            refresh();
            return;
        }
        byte[] record = IndexRecords.record(model);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(record);
            if (position == 0) {
                bytes = ByteBuffer.allocate(IndexRecords.HEADER.length + record.length)
                        .put(IndexRecords.HEADER)
                        .put(record)
                        .flip();
            }
            // Behind the last whole record: what a killed writer left there is no part of the file.
            channel.truncate(position);
            for (long at = position; bytes.hasRemaining(); ) {
                at += channel.write(bytes, at);
            }
        }
        refresh();
    }

    /** Reads what has been written since the last time. */
    private void refresh() throws IOException {
        BasicFileAttributes now;
        try {
            now = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException _) {
            forget();
            return;
        }
        if (!now.fileKey().equals(read) || now.size() < position) {
            forget();
            read = now.fileKey();
        }
        if (now.size() == position) {
            return;
        }
        if (now.size() > LARGEST) {
            throw new IOException("it has %d bytes, and at most %d are read".formatted(now.size(), LARGEST));
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) (now.size() - position));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (bytes.hasRemaining() && channel.read(bytes, position + bytes.position()) >= 0) {}
        }
        bytes.flip();
        if (position == 0 && !IndexRecords.skipHeader(bytes)) {
            return; // the writer has not come further
        }
        List<IndexedModel> newer = new ArrayList<>();
        int whole = records.read(bytes, newer);
        position += whole;
        count += newer.size();
        for (IndexedModel model : newer) {
            models.remove(model.key());
            models.put(model.key(), model);
        }
    }

    private void forget() {
        models.clear();
        read = null;
        position = 0;
        count = 0;
    }
}
