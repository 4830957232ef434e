package dev.finexl.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A model whose files a test makes, takes away or spoils. Immutable. */
public record MemoryFiles(Map<String, byte[]> contents) implements ModelFiles {

    public MemoryFiles() {
        this(Map.of());
    }

    /** The files below a folder. */
    public static MemoryFiles copyOf(Path folder) {
        Map<String, byte[]> contents = new HashMap<>();
        try (Stream<Path> files = Files.walk(folder).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                contents.put(folder.relativize(file).toString(), Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new MemoryFiles(contents);
    }

    /** The same model with a file added or replaced. */
    public MemoryFiles with(String name, byte[] content) {
        Map<String, byte[]> changed = new HashMap<>(contents);
        changed.put(name, content);
        return new MemoryFiles(changed);
    }

    public MemoryFiles with(String name, String content) {
        return with(name, content.getBytes(StandardCharsets.UTF_8));
    }

    public MemoryFiles without(String name) {
        Map<String, byte[]> changed = new HashMap<>(contents);
        changed.remove(name);
        return new MemoryFiles(changed);
    }

    public String text(String name) {
        return new String(content(name), StandardCharsets.UTF_8);
    }

    @Override
    public String reference() {
        return "memory:test";
    }

    @Override
    public boolean has(String name) {
        return contents.containsKey(FileNames.check(this, name));
    }

    @Override
    public List<String> names() {
        return contents.keySet().stream()
                .filter(name -> !name.contains("/"))
                .sorted()
                .toList();
    }

    @Override
    public long size(String name) {
        return content(name).length;
    }

    @Override
    public InputStream open(String name) {
        return new ByteArrayInputStream(content(name));
    }

    @Override
    public MemorySegment map(String name) {
        return NativeMemory.copyOf(MemorySegment.ofArray(content(name)));
    }

    @Override
    public String fingerprint() {
        return Integer.toString(System.identityHashCode(contents));
    }

    @Override
    public String sha256(String name) throws IOException {
        return Sha256.of(open(name));
    }

    private byte[] content(String name) {
        if (!has(name)) {
            throw new ModelFileException(this, name, "does not exist");
        }
        return contents.get(name);
    }
}
