package dev.finexl.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model whose files are made by a test, byte by byte. */
public final class MemoryFiles implements ModelFiles {

    private final Map<String, byte[]> files = new LinkedHashMap<>();

    /** Adds or replaces a file. */
    public MemoryFiles with(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    @Override
    public String reference() {
        return "memory";
    }

    @Override
    public boolean has(String name) {
        return files.containsKey(FileNames.check(this, name));
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
    public String sha256(String name) throws IOException {
        return Sha256.of(open(name));
    }

    private byte[] content(String name) {
        if (!has(name)) {
            throw new ModelFileException(this, name, "does not exist");
        }
        return files.get(name);
    }
}
