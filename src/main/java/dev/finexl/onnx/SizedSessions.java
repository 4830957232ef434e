package dev.finexl.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * The sessions of ONNX Runtime that do one model's work: the one for the shapes that nearly all inputs have, and, from the first run
 * with others on, one for all shapes. Thread-safe.
 */
final class SizedSessions implements AutoCloseable {

    private final UsualShapes usual;
    private final Held first;
    private final Callable<Held> forAll;
    private Held other;

    /**
     * A session and what has to live as long.
     *
     * @param given the weights that were given to it as buffers
     */
    record Held(OrtSession session, WeightBuffers given) {}

    /**
     * @param first for the usual shapes; for all if there are none
     * @param forAll opens the one for all shapes
     */
    SizedSessions(UsualShapes usual, Held first, Callable<Held> forAll) {
        this.usual = usual;
        this.first = first;
        this.forAll = forAll;
    }

    UsualShapes usual() {
        return usual;
    }

    /** The session that has been there from the beginning. */
    Held first() {
        return first;
    }

    /** How many there are. */
    synchronized int count() {
        return other == null ? 1 : 2;
    }

    /**
     * The session for a run.
     *
     * @throws Exception if the one for all shapes is needed and cannot be opened
     */
    OrtSession of(Map<String, Tensor> inputs) throws Exception {
        return usual.are(inputs) ? first.session() : forAll().session();
    }

    private synchronized Held forAll() throws Exception {
        if (other == null) {
            other = forAll.call();
        }
        return other;
    }

    @Override
    public synchronized void close() throws OrtException {
        try (OrtSession _ = first.session();
                OrtSession _ = other == null ? null : other.session()) {
            // Both are closed, also where one of them fails.
        }
    }
}
