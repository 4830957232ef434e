package dev.finexl.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Native memory for the numbers of models: outside the heap, so that native code can use it in place, and freed when
 * nothing refers to it any more.
 */
public final class NativeMemory {

    /** A cache line, and the width of the widest vector register: what ONNX Runtime's own allocator aligns to. */
    private static final long ALIGNMENT = 64;

    private NativeMemory() {}

    /**
     * Zeroed memory, 64-byte aligned.
     *
     * @param bytes its size, zero or more
     * @throws ModelFileException if there is not so much. Java counts such memory as direct buffers, of which it allows as
     *     much as of heap unless it is told otherwise; the message says how
     */
    public static MemorySegment allocate(long bytes) {
        try {
            return Arena.ofAuto().allocate(bytes, ALIGNMENT);
        } catch (OutOfMemoryError e) {
            // Thrown before anything is allocated: the heap is not in danger, a model is too large for these settings.
            throw new ModelFileException(
                    "%d MiB of native memory for weights are not to be had; -XX:MaxDirectMemorySize raises the limit"
                            .formatted(bytes >> 20),
                    e);
        }
    }

    /** A read-only copy, 64-byte aligned. */
    public static MemorySegment copyOf(MemorySegment source) {
        return allocate(source.byteSize()).copyFrom(source).asReadOnly();
    }
}
