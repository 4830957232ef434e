package dev.finexl.onnx;

import java.util.Locale;

/** Which execution provider the operator asks for; what is in use in the end is {@link OnnxRuntime#provider()}. */
public enum ProviderChoice {
    /** CUDA where this build and this machine have it, else the CPU. */
    AUTO,
    /** The CPU, whatever else there is. */
    CPU,
    /** CUDA or nothing: its absence is an error, never a silent fall-back. */
    CUDA;

    /**
     * @param text {@code auto}, {@code cpu} or {@code cuda}, in any case
     * @throws IllegalArgumentException for anything else
     */
    public static ProviderChoice parse(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "auto" -> AUTO;
            case "cpu" -> CPU;
            case "cuda" -> CUDA;
            default ->
                throw new IllegalArgumentException(
                        "execution provider '%s' is not one of auto, cpu, cuda".formatted(text));
        };
    }
}
