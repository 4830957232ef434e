package dev.finexl.embed;

import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** A model's files in memory, so that a test can take one away or spoil it. */
record MemoryModel(Map<String, byte[]> contents) implements ModelFiles {

    static MemoryModel empty() {
        return new MemoryModel(Map.of());
    }

    /** The files of a folder of the test resources. */
    static MemoryModel golden(String folder) {
        Map<String, byte[]> contents = new HashMap<>();
        Path root = Golden.path(folder);
        try (Stream<Path> files = Files.walk(root).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                contents.put(root.relativize(file).toString(), Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new MemoryModel(contents);
    }

    MemoryModel with(String name, byte[] content) {
        Map<String, byte[]> changed = new HashMap<>(contents);
        changed.put(name, content);
        return new MemoryModel(changed);
    }

    MemoryModel with(String name, String content) {
        return with(name, content.getBytes(StandardCharsets.UTF_8));
    }

    MemoryModel without(String name) {
        Map<String, byte[]> changed = new HashMap<>(contents);
        changed.remove(name);
        return new MemoryModel(changed);
    }

    String text(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    private byte[] bytes(String name) {
        if (!has(name)) {
            throw new ModelFileException(this, name, "does not exist");
        }
        return contents.get(name);
    }

    @Override
    public String reference() {
        return "memory:test";
    }

    @Override
    public boolean has(String name) {
        return contents.containsKey(name);
    }

    @Override
    public long size(String name) {
        return bytes(name).length;
    }

    @Override
    public InputStream open(String name) {
        return new ByteArrayInputStream(bytes(name));
    }

    @Override
    public MemorySegment map(String name) {
        return MemorySegment.ofArray(bytes(name)).asReadOnly();
    }

    @Override
    public String sha256(String name) {
        throw new UnsupportedOperationException();
    }
}
