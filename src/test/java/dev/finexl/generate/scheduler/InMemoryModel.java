package dev.finexl.generate.scheduler;

import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** A model that is one file. */
record InMemoryModel(String name, byte[] content) implements ModelFiles {

    InMemoryModel(String name, String content) {
        this(name, content.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String reference() {
        return "memory:model";
    }

    @Override
    public boolean has(String file) {
        return file.equals(name);
    }

    @Override
    public long size(String file) {
        return content(file).length;
    }

    @Override
    public InputStream open(String file) {
        return new ByteArrayInputStream(content(file));
    }

    @Override
    public MemorySegment map(String file) {
        return MemorySegment.ofArray(content(file));
    }

    @Override
    public String sha256(String file) {
        throw new UnsupportedOperationException();
    }

    private byte[] content(String file) {
        if (!has(file)) {
            throw new ModelFileException(this, file, "does not exist");
        }
        return content;
    }
}
