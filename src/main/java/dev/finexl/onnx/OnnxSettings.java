package dev.finexl.onnx;

/**
 * How ONNX Runtime is set up for the whole process.
 *
 * @param provider the execution provider that is asked for
 * @param cudaDevice number of the CUDA device, from 0; only read where CUDA is used
 * @param cudaMemoryLimit most bytes that one CUDA session's arena may take; 0 leaves it to ONNX Runtime
 * @param threads threads of the one pool that all sessions share, 1 or more; 0 means one for each processor
 */
public record OnnxSettings(ProviderChoice provider, int cudaDevice, long cudaMemoryLimit, int threads) {

    public OnnxSettings {
        if (cudaDevice < 0 || cudaMemoryLimit < 0 || threads < 0) {
            throw new IllegalArgumentException(
                    "cuda device, cuda memory limit and threads must not be negative: %d, %d, %d"
                            .formatted(cudaDevice, cudaMemoryLimit, threads));
        }
    }

    /** What a plain CPU process takes: every processor, no GPU. */
    public static OnnxSettings cpu() {
        return new OnnxSettings(ProviderChoice.CPU, 0, 0, 0);
    }
}
