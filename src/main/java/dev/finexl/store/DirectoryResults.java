package dev.finexl.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Results as files of a directory, which is made when it is first written to. A file has no content type. */
public final class DirectoryResults implements ResultStore {

    private final Path directory;

    public DirectoryResults(Path directory) {
        this.directory = directory;
    }

    @Override
    public Optional<byte[]> get(String key) {
        Path file = file(key);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] body = in.readNBytes(LARGEST + 1);
            if (body.length > LARGEST) {
                throw new IOException("it is larger than the %d bytes accepted here".formatted(LARGEST));
            }
            return Optional.of(body);
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw failed("cannot be read", file, e);
        }
    }

    @Override
    public void put(String key, byte[] body, String contentType) {
        Path file = file(key);
        try {
            Files.createDirectories(file.getParent());
            WholeFile.write(file, body);
        } catch (IOException e) {
            throw failed("cannot be written", file, e);
        }
    }

    @Override
    public boolean putIfAbsent(String key, byte[] body, String contentType) {
        Path file = file(key);
        try {
            Files.createDirectories(file.getParent());
            return WholeFile.writeIfAbsent(file, body);
        } catch (IOException e) {
            throw failed("cannot be written", file, e);
        }
    }

    @Override
    public void delete(String key) {
        Path file = file(key);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failed("cannot be removed", file, e);
        }
    }

    @Override
    public String describe(String key) {
        return file(key).toString();
    }

    private Path file(String key) {
        return directory.resolve(ResultStore.checked(key));
    }

    private static StorageException failed(String what, Path file, IOException e) {
        return new StorageException("the result %s %s: %s".formatted(file, what, e.getMessage()), e);
    }
}
