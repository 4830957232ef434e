package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;

/** What holds for the CPU build of ONNX Runtime, whatever the machine has. */
@DisabledIf("hasCuda")
class OnnxRuntimeTest {

    static boolean hasCuda() {
        return OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA);
    }

    @Test
    void saysHowToGetCudaWhereItIsAskedForAndNotThere() {
        OnnxSettings settings = new OnnxSettings(ProviderChoice.CUDA, 0, 0, 1, Set.of(), Optional.empty());
        assertThatThrownBy(() -> new OnnxRuntime(settings))
                .isInstanceOf(OnnxException.class)
                .hasMessageContaining("'cuda' was asked for")
                .hasMessageContaining("build with -Pgpu");
    }

    @Test
    void takesTheCpuWhereNothingBetterIsThere() {
        OnnxRuntime runtime =
                new OnnxRuntime(new OnnxSettings(ProviderChoice.AUTO, 3, 0, 2, Set.of(), Optional.empty()));
        assertThat(runtime.provider()).isEqualTo(OnnxRuntime.Provider.CPU);
        assertThat(runtime.providerName()).isEqualTo("cpu");
        assertThat(runtime.threads()).isEqualTo(2);
        assertThat(runtime.version()).matches("1\\.\\d+\\.\\d+.*");
    }

    @Test
    void hasAThreadForEachProcessorUnlessItIsTold() {
        assertThat(new OnnxRuntime(OnnxSettings.cpu()).threads())
                .isEqualTo(Runtime.getRuntime().availableProcessors());
    }
}
