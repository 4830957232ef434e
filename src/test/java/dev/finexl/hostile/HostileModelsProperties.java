package dev.finexl.hostile;

import dev.finexl.Golden;
import dev.finexl.embed.AspectHead;
import dev.finexl.embed.ClipEncoder;
import dev.finexl.embed.ClipTokenizer;
import dev.finexl.embed.RgbImage;
import dev.finexl.embed.T5Tokenizer;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.diffusion.DiffusionModels;
import dev.finexl.generate.lora.LoraFile;
import dev.finexl.generate.lora.WeightedLora;
import dev.finexl.generate.scheduler.Scheduler;
import dev.finexl.generate.scheduler.Schedulers;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Catalogue;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.MemoryFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Models of which one file is not what it was: LoRAs, and everything that stands beside the networks. */
@PropertyDefaults(shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
class HostileModelsProperties {

    private static final String LORA = "lora.safetensors";
    private static final RgbImage PICTURE = new RgbImage(8, 8, new byte[3 * 64]);

    private static OnnxRuntime runtime;
    private static MemoryFiles diffusion;
    private static MemoryFiles t5;
    private static MemoryFiles encoder;
    private static MemoryFiles head;
    private static ImageGenerator base;
    private static byte[] lora;

    @BeforeContainer
    static void open() throws IOException {
        runtime = new OnnxRuntime(OnnxSettings.cpu());
        diffusion = Golden.files("compat/sd1");
        t5 = Golden.files("compat/flux");
        encoder = Golden.files("compat/clip-split");
        head = bundled("mini-levels", "head.json", "model.onnx");
        lora = diffusion.contents().get("loras/kohya.safetensors");
        base = DiffusionModels.open(runtime, diffusion);
    }

    @AfterContainer
    static void close() {
        base.close();
    }

    private static MemoryFiles bundled(String model, String... names) throws IOException {
        CatalogueEntry entry = new Catalogue(List.of()).find(model);
        MemoryFiles files = new MemoryFiles();
        for (String name : names) {
            try (InputStream in = entry.files().open(name)) {
                files = files.with(name, in.readAllBytes());
            }
        }
        return files;
    }

    /** What is done with a model. */
    private interface Use {
        void of(MemoryFiles files);
    }

    /** Spoils one of the named files of a model. */
    private static void holdForOneOf(String[] names, long seed, MemoryFiles model, Use use) {
        Trial.hold(
                seed,
                one -> {
                    Mutator mutator = new Mutator(one);
                    String name = mutator.oneOf(names);
                    use.of(model.with(name, spoilt(mutator, model, name)));
                },
                names);
    }

    private static byte[] spoilt(Mutator mutator, MemoryFiles files, String name) {
        byte[] file = files.contents().get(name);
        return name.endsWith(".json") && mutator.random().nextInt(4) > 0
                ? new JsonMutator(mutator.random().nextLong()).spoil(files.text(name))
                : mutator.spoil(file);
    }

    @Property(tries = 100, seed = "1")
    void aDiffusionModel(@ForAll long seed) {
        String[] names = {
            "model_index.json",
            "scheduler/scheduler_config.json",
            "unet/config.json",
            "vae_decoder/config.json",
            "text_encoder/config.json",
            "tokenizer/vocab.json",
            "tokenizer/merges.txt",
            "tokenizer/tokenizer_config.json",
            "tokenizer/special_tokens_map.json"
        };
        holdForOneOf(names, seed, diffusion, files -> {
            try (ImageGenerator model = DiffusionModels.open(runtime, files);
                    RunScope scope = new RunScope()) {
                Scheduler scheduler = Schedulers.of(model.schedulerConfig(), "scheduler_config.json");
                SamplerSettings settings = new SamplerSettings(scheduler, 1, 1, null, 16, 16, 1);
                model.generate(scope, List.of(new ImageRequest("a red circle", 1)), settings, (_, _) -> {});
            }
        });
    }

    @Property(tries = 600, seed = "2")
    void aLora(@ForAll long seed) {
        Trial.hold(
                seed,
                one -> {
                    MemoryFiles files = new MemoryFiles().with(LORA, new Mutator(one).spoil(lora));
                    base.personalize(List.of(new WeightedLora(LoraFile.read(files, LORA), 1)))
                            .close();
                },
                LORA);
    }

    @Property(tries = 500, seed = "3")
    void aLoraWhoseHeaderIsJsonStill(@ForAll long seed) {
        Trial.hold(
                seed,
                one -> {
                    MemoryFiles files = new MemoryFiles().with(LORA, withHeader(lora, new JsonMutator(one)));
                    LoraFile file = LoraFile.read(files, LORA);
                    base.personalize(List.of(new WeightedLora(file, 1))).close();
                },
                LORA);
    }

    private static byte[] withHeader(byte[] file, JsonMutator mutator) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) bytes.getLong(0);
        byte[] header = mutator.spoil(new String(file, Long.BYTES, length, StandardCharsets.UTF_8));
        int rest = file.length - Long.BYTES - length;
        return ByteBuffer.allocate(Long.BYTES + header.length + rest)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .put(file, file.length - rest, rest)
                .array();
    }

    @Property(tries = 600, seed = "4")
    void aTokenizerOfClip(@ForAll long seed) {
        String[] names = {
            "tokenizer/vocab.json",
            "tokenizer/merges.txt",
            "tokenizer/tokenizer_config.json",
            "tokenizer/special_tokens_map.json"
        };
        holdForOneOf(names, seed, diffusion, files -> {
            try (ClipTokenizer tokenizer = ClipTokenizer.open(files, "tokenizer")) {
                tokenizer.tokenize("a red circle\u0000 in <|endoftext|> \ud83d\ude00");
            }
        });
    }

    @Property(tries = 500, seed = "5")
    void aScheduler(@ForAll long seed) {
        String name = "scheduler/scheduler_config.json";
        Trial.hold(
                seed,
                one -> {
                    Mutator mutator = new Mutator(one);
                    Schedulers.read(diffusion.with(name, spoilt(mutator, diffusion, name)), name)
                            .start(mutator.oneOf(1, 2, 30));
                },
                name,
                "steps");
    }

    @Property(tries = 100, seed = "6")
    void aTokenizerOfT5(@ForAll long seed) {
        String[] names = {
            "tokenizer_2/tokenizer.json", "tokenizer_2/tokenizer_config.json", "tokenizer_2/special_tokens_map.json"
        };
        holdForOneOf(
                names, seed, t5, files -> T5Tokenizer.open(files, "tokenizer_2").encode("a red\tcircle </s>", 16));
    }

    @Property(tries = 60, seed = "7")
    void anEncoder(@ForAll long seed) {
        String[] names = {
            "config.json",
            "preprocessor_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "vocab.json",
            "merges.txt",
            "vision_model.onnx",
            "text_model.onnx"
        };
        Trial.hold(
                seed,
                one -> {
                    Mutator mutator = new Mutator(one);
                    String name = names[mutator.random().nextInt(names.length - 2)];
                    try (ClipEncoder spoilt =
                                    ClipEncoder.open(runtime, encoder.with(name, spoilt(mutator, encoder, name)));
                            RunScope scope = new RunScope()) {
                        spoilt.embedImages(scope, List.of(PICTURE));
                        spoilt.embedTexts(scope, List.of("a red circle"));
                    }
                },
                names);
    }

    @Property(tries = 300, seed = "8")
    void anAspectHead(@ForAll long seed) {
        Trial.hold(
                seed,
                one -> {
                    Mutator mutator = new Mutator(one);
                    AspectHead.open(runtime, head.with("head.json", spoilt(mutator, head, "head.json")))
                            .close();
                },
                "head.json",
                "model.onnx");
    }
}
