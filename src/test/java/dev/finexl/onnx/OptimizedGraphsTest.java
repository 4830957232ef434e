package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.CompatModels;
import dev.finexl.store.Catalogue;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizedGraphsTest {

    private static final String UNET = "unet/model.onnx";
    private static final OnnxRuntime PLAIN = new OnnxRuntime(OnnxSettings.cpu());

    private final int sessionsBefore = OnnxSession.live();

    @TempDir
    private Path folder;

    @AfterEach
    void nothingStaysOpen() {
        assertThat(OnnxSession.live()).isEqualTo(sessionsBefore);
    }

    private OnnxRuntime keeping(long budget) {
        return new OnnxRuntime(OnnxSettings.cpu().keeping(new OnnxSettings.Graphs(folder, budget)));
    }

    private List<Path> kept() throws IOException {
        try (Stream<Path> graphs = Files.list(folder)) {
            return graphs.toList();
        }
    }

    static Stream<ModelFiles> models() {
        return Stream.of(
                CompatModels.sd1(),
                new Catalogue(List.of()).find("mini-diffusion").files());
    }

    private static float[] prediction(OnnxRuntime runtime, ModelFiles files) {
        try (OnnxSession session = runtime.openPersonalizable(files, UNET, UsualShapes.NONE)) {
            return Predictions.of(runtime, session);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void givesTheSameNumbersWhenItIsOptimisedAndWhenItIsFound(ModelFiles files) throws IOException {
        float[] expected = prediction(PLAIN, files);
        assertThat(prediction(keeping(1 << 30), files)).containsExactly(expected);
        assertThat(kept()).hasSize(1);
        byte[] written = Files.readAllBytes(kept().getFirst().resolve("model.onnx"));
        assertThat(prediction(keeping(1 << 30), files)).containsExactly(expected);
        assertThat(kept()).hasSize(1);
        assertThat(Files.readAllBytes(kept().getFirst().resolve("model.onnx"))).isEqualTo(written);
    }

    @Test
    void usesWhatItFinds() throws IOException {
        ModelFiles files = CompatModels.sd1();
        OnnxRuntime runtime = keeping(1 << 30);
        runtime.openPersonalizable(files, UNET, UsualShapes.NONE).close();
        Path unet = kept().getFirst();
        runtime.open(files, "vae_decoder/model.onnx").close();
        Path decoder =
                kept().stream().filter(graph -> !graph.equals(unet)).findFirst().orElseThrow();
        try (Stream<Path> parts = Files.list(decoder)) {
            for (Path part : parts.toList()) {
                Files.copy(part, unet.resolve(part.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        try (OnnxSession session = runtime.openPersonalizable(files, UNET, UsualShapes.NONE)) {
            assertThat(session.inputs()).containsOnlyKeys("latent_sample");
        }
    }

    @Test
    void optimisesAgainWhatIsDamaged() throws IOException {
        ModelFiles files = CompatModels.sd1();
        OnnxRuntime runtime = keeping(1 << 30);
        float[] expected = prediction(runtime, files);
        Path model = kept().getFirst().resolve("model.onnx");
        Files.write(model, new byte[] {1, 2, 3});
        assertThat(prediction(runtime, files)).containsExactly(expected);
        assertThat(Files.size(model)).isGreaterThan(3);
    }

    @Test
    void doesNotTrustWhatWasNotFinished() throws IOException {
        ModelFiles files = CompatModels.sd1();
        Path unfinished = Files.createDirectories(folder.resolve(".new-123"));
        Files.write(unfinished.resolve("model.onnx"), new byte[] {1, 2, 3});
        assertThat(prediction(keeping(1 << 30), files)).containsExactly(prediction(PLAIN, files));
        Files.setLastModifiedTime(unfinished, FileTime.from(Instant.now().minusSeconds(7200)));
        keeping(1 << 30).open(files, "vae_decoder/model.onnx").close();
        assertThat(unfinished).doesNotExist();
    }

    @Test
    void isAnotherGraphWhereOneByteOfAWeightIsAnother() throws IOException {
        MemoryFiles files = MemoryFiles.copyOf(Path.of("src/test/resources/compat/sd1"));
        OnnxRuntime runtime = keeping(1 << 30);
        runtime.open(files, UNET).close();
        byte[] model = files.read(UNET, 1 << 20);
        var weight = (OnnxInitializer.Storage.Inline) OnnxGraph.read(files, UNET)
                .initializers()
                .get("conv_out.weight")
                .storage();
        model[(int) weight.offset()] ^= 1;
        runtime.open(files.with(UNET, model), UNET).close();
        assertThat(kept()).hasSize(2);
    }

    @Test
    void removesWhatWasUsedLeastRecentlyBeyondTheBudget() throws IOException {
        ModelFiles files = CompatModels.sd1();
        keeping(1).openPersonalizable(files, UNET, UsualShapes.NONE).close();
        assertThat(kept()).isEmpty();
    }

    @Test
    void doesWithoutWhereNothingCanBeWritten() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[1]);
        OnnxRuntime runtime = new OnnxRuntime(OnnxSettings.cpu().keeping(new OnnxSettings.Graphs(file, 1 << 30)));
        ModelFiles files = CompatModels.sd1();
        assertThat(prediction(runtime, files)).containsExactly(prediction(PLAIN, files));
    }

    /** What a LoRA makes of a convolution is used once. */
    @Test
    void keepsNoPersonalisedGraphs() throws IOException {
        ModelFiles files = CompatModels.sd1();
        OnnxRuntime runtime = keeping(1 << 30);
        try (OnnxSession base = runtime.openPersonalizable(files, UNET, UsualShapes.NONE)) {
            OnnxInitializer convolution = base.graph().initializers().get("conv_out.weight");
            ByteBuffer weights =
                    ByteBuffer.allocateDirect((int) convolution.byteSize()).order(ByteOrder.nativeOrder());
            runtime.personalize(base, Map.of("conv_out.weight", weights)).close();
        }
        assertThat(kept()).hasSize(1);
    }
}
