package dev.finexl;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** All settings of the program, below {@code finexl}. */
@ConfigMapping(prefix = "finexl")
interface FinexlConfig {

    /** Where models are found. */
    Models models();

    /** How ONNX Runtime runs. */
    Onnx onnx();

    /** How pictures are sampled. */
    Sampling sampling();

    /** Limits of the HTTP face. */
    Http http();

    /** Where models are found. */
    interface Models {

        /** Folders in which models may be read; none leaves the bundled models. */
        Optional<List<Path>> roots();

        /** Reference of the encoder for a base whose finexl.json names none. */
        Optional<String> encoder();

        /** Models that stay open without being in use. */
        @WithDefault("2")
        int idle();
    }

    /** How ONNX Runtime runs. */
    interface Onnx {

        /** {@code auto}, {@code cpu} or {@code cuda}. */
        @WithDefault("auto")
        String provider();

        /** Number of the CUDA device. */
        @WithDefault("0")
        int cudaDevice();

        /** Most bytes that a CUDA session's arena may take; 0 for no limit. */
        @WithDefault("0")
        long cudaMemoryLimit();

        /** Threads that all sessions share; 0 for one for each processor. */
        @WithDefault("0")
        int threads();
    }

    /** How pictures are sampled. */
    interface Sampling {

        /** Most pictures that are sampled together. */
        @WithDefault("8")
        int batch();
    }

    /** Limits of the HTTP face. */
    interface Http {

        /** Explanations that run at the same time. */
        @WithDefault("1")
        int concurrent();

        /** Requests that may wait for their turn; those beyond it are told to come back. */
        @WithDefault("16")
        int waiting();
    }
}
