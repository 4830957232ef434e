package dev.finexl.generate;

import dev.finexl.onnx.OnnxException;
import dev.finexl.onnx.OpenModel;
import java.util.ArrayList;
import java.util.List;

/**
 * What has been opened of a model so far. Exists because a model has many parts, and one that fails to open must not
 * leave the others open: whatever was added is closed again unless it is {@linkplain #keep kept}.
 */
public final class Opened implements AutoCloseable {

    private final List<AutoCloseable> parts = new ArrayList<>();
    private boolean kept;

    /** Takes a part in, and returns it. */
    public <T extends AutoCloseable> T add(T part) {
        parts.add(part);
        return part;
    }

    /** The parts in the order of their opening. */
    public List<AutoCloseable> all() {
        return parts;
    }

    /** Leaves the parts open: from now on somebody else closes them. */
    public void keep() {
        kept = true;
    }

    @Override
    public void close() {
        if (!kept) {
            closeAll(parts);
        }
    }

    /** The memory of those parts that know theirs; the others have no weights. */
    public static long bytes(List<AutoCloseable> parts) {
        return parts.stream()
                .mapToLong(part -> part instanceof OpenModel model ? model.bytes() : 0)
                .sum();
    }

    /** Closes the parts in the reverse order of their opening, all of them even if one fails. */
    public static void closeAll(List<AutoCloseable> parts) {
        RuntimeException failure = null;
        for (AutoCloseable part : parts.reversed()) {
            try {
                part.close();
            } catch (Exception e) {
                if (failure == null) {
                    failure = new OnnxException("a part of a model could not be closed: " + e.getMessage(), e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
