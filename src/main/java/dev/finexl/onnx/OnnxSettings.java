package dev.finexl.onnx;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How ONNX Runtime is set up for the whole process.
 *
 * @param provider the execution provider that is asked for
 * @param cudaDevice number of the CUDA device, from 0; only read where CUDA is used
 * @param cudaMemoryLimit most bytes that one CUDA session's arena may take; 0 leaves it to ONNX Runtime
 * @param threads threads of the one pool that all sessions share, 1 or more; 0 means one for each processor
 * @param domains of operators that models may use besides ONNX's own, {@code ai.onnx.ml}'s and {@code com.microsoft}'s, as those
 *     of functions that some exporters put into their files
 * @param graphs where graphs are kept as ONNX Runtime has optimised them; empty to optimise them at every start
 */
public record OnnxSettings(
        ProviderChoice provider,
        int cudaDevice,
        long cudaMemoryLimit,
        int threads,
        Set<String> domains,
        Optional<Graphs> graphs) {

    private static final Set<String> ALWAYS = Set.of("", "ai.onnx", "ai.onnx.ml", NewNode.CONTRIB);

    /**
     * Where optimised graphs are kept.
     *
     * @param folder made when something is kept
     * @param budget bytes that all together may have there
     */
    public record Graphs(Path folder, long budget) {}

    public OnnxSettings {
        if (cudaDevice < 0 || cudaMemoryLimit < 0 || threads < 0) {
            throw new IllegalArgumentException(
                    "cuda device, cuda memory limit and threads must not be negative: %d, %d, %d"
                            .formatted(cudaDevice, cudaMemoryLimit, threads));
        }
        domains = Set.copyOf(domains);
    }

    /** What a plain CPU process takes: every processor, no GPU. */
    public static OnnxSettings cpu() {
        return new OnnxSettings(ProviderChoice.CPU, 0, 0, 0, Set.of(), Optional.empty());
    }

    /** The same with a place for optimised graphs. */
    public OnnxSettings keeping(Graphs kept) {
        return new OnnxSettings(provider, cudaDevice, cudaMemoryLimit, threads, domains, Optional.of(kept));
    }

    /** All domains of operators that models may use; ONNX's own has an empty name. */
    Set<String> allowedDomains() {
        Set<String> all = new TreeSet<>(ALWAYS);
        all.addAll(domains);
        return all;
    }
}
