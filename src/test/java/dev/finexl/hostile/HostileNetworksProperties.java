package dev.finexl.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.CompatModels;
import dev.finexl.onnx.OnnxBytes;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.onnx.TensorSpec;
import dev.finexl.store.DirectoryFiles;
import dev.finexl.store.ElementType;
import dev.finexl.store.MemoryFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** ONNX files that pass for ones: what is left of them is opened and run by native code, and does it no harm. */
@PropertyDefaults(shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
class HostileNetworksProperties {

    private static final int LARGEST_INPUT = 1 << 20;

    private static final String SECRET = "secret";

    private static OnnxRuntime runtime;
    private static byte[] seedFile;
    private static final ScratchFolder SCRATCH = new ScratchFolder();
    private static final Path ROOT = SCRATCH.path();

    @BeforeContainer
    static void open() throws IOException {
        runtime = new OnnxRuntime(OnnxSettings.cpu());
        seedFile = CompatModels.sd1().read("text_encoder/model.onnx", 1 << 20);
        Files.createDirectories(ROOT.resolve("model/unet"));
        Files.write(ROOT.resolve(SECRET), new byte[64]);
        Files.write(ROOT.resolve("model/unet/data"), new byte[64]);
        Files.createSymbolicLink(ROOT.resolve("model/unet/inside"), Path.of("data"));
        Files.createSymbolicLink(ROOT.resolve("model/unet/outside"), ROOT.resolve(SECRET));
        Files.createSymbolicLink(ROOT.resolve("model/unet/up"), ROOT);
        Files.createDirectories(ROOT.resolve("model/unet/*/_ORT_MEM_ADDR_"));
        Files.write(ROOT.resolve("model/unet/*/_ORT_MEM_ADDR_/*"), new byte[64]);
    }

    @AfterContainer
    static void remove() {
        SCRATCH.close();
    }

    @Property(tries = 400, seed = "1")
    void aSpoiltNetwork(@ForAll long seed) {
        Trial.hold(
                seed,
                one -> {
                    Mutator mutator = new Mutator(one);
                    byte[] file = mutator.random().nextInt(4) == 0
                            ? mutator.spoil(seedFile)
                            : new ProtoMutator(seedFile, one).spoil();
                    openAndRun(new MemoryFiles().with("m.onnx", file));
                },
                "m.onnx");
    }

    private static void openAndRun(MemoryFiles files) {
        try (OnnxSession session = runtime.open(files, "m.onnx");
                RunScope scope = new RunScope()) {
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            try {
                for (TensorSpec input : session.inputs().values()) {
                    inputs.put(input.name(), zeros(session.input(input.name())));
                }
                List<String> outputs = new ArrayList<>(session.outputs().keySet());
                session.tensors(scope, inputs, outputs).forEach(Tensor::close);
            } finally {
                inputs.values().forEach(Tensor::close);
            }
        }
    }

    private static Tensor zeros(TensorSpec input) {
        long[] shape = input.shape().clone();
        long elements = 1;
        for (int i = 0; i < shape.length; i++) {
            shape[i] = shape[i] < 0 ? 2 : Math.min(shape[i], 128);
            elements *= shape[i];
        }
        return elements > LARGEST_INPUT
                ? Tensor.allocate(runtime, input.type())
                : Tensor.allocate(runtime, input.type(), shape);
    }

    /** Wherever a file says that its data is, a session has none but those of the model's own files. */
    @Property(tries = 800, seed = "2")
    void externalDataAnywhere(@ForAll long seed) {
        Trial.hold(seed, one -> openWithData(new Mutator(one)), "unet/model.onnx");
    }

    private static void openWithData(Mutator mutator) throws IOException {
        String location = mutator.oneOf(
                "data",
                "./data",
                "inside",
                "outside",
                "../unet/data",
                "../../" + SECRET,
                ROOT.resolve(SECRET).toString(),
                "up/" + SECRET,
                "/proc/self/environ",
                "/dev/zero",
                "file:///etc/passwd",
                "data\u0000",
                "DATA",
                "*/_ORT_MEM_ADDR_/*",
                "model.onnx",
                ".",
                "",
                new String(mutator.spoil("data".getBytes(StandardCharsets.UTF_8)), StandardCharsets.ISO_8859_1));
        String offset = mutator.oneOf("0", "8", "56", Long.toString(mutator.number()), "1e3", " 8", "0x10", "");
        String length = mutator.oneOf("8", "8", "8", Long.toString(mutator.number()), "8 ", "");
        Files.write(
                ROOT.resolve("model/unet/model.onnx"),
                new OnnxBytes()
                        .value(11, "x", ElementType.F32, 2)
                        .value(12, "y", ElementType.F32, 2)
                        .node("n", "Add", List.of("x", "w"), "y")
                        .external("w", new long[] {2}, "location", location, "offset", offset, "length", length)
                        .bytes());
        try (OnnxSession session =
                runtime.open(new DirectoryFiles("model", ROOT.resolve("model")), "unet/model.onnx")) {
            assertThat(ROOT.resolve("model/unet").resolve(location).toRealPath())
                    .startsWith(ROOT.resolve("model/unet").toRealPath());
            assertThat(session.inputs()).containsOnlyKeys("x");
        }
    }
}
