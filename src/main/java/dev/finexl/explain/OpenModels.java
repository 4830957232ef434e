package dev.finexl.explain;

import dev.finexl.embed.AspectHead;
import dev.finexl.embed.ClipEncoder;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.TextualInversion;
import dev.finexl.generate.autoregressive.AutoregressiveModel;
import dev.finexl.generate.described.GeneratorKind;
import dev.finexl.generate.diffusion.DiffusionModels;
import dev.finexl.generate.gan.GanModel;
import dev.finexl.generate.lora.LoraFile;
import dev.finexl.generate.lora.WeightedLora;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.SharedModels;
import dev.finexl.onnx.SharedModels.Lease;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The models that are open in this process, shared by all explanations. Whole models stay open between explanations;
 * what a LoRA makes of one lives as long as the explanation that asked for it.
 */
public final class OpenModels implements AutoCloseable {

    private final OnnxRuntime runtime;
    private final Optional<Path> directions;
    private final SharedModels<String, ImageGenerator> generators;
    private final SharedModels<String, ClipEncoder> encoders;
    private final SharedModels<String, AspectHead> heads;

    /**
     * With the concept directions that ship with the program.
     *
     * @param idle most generators, most encoders and most heads that stay open without being in use
     */
    public OpenModels(OnnxRuntime runtime, int idle) {
        this(runtime, idle, Optional.empty());
    }

    /**
     * @param idle most generators, most encoders and most heads that stay open without being in use
     * @param directions folder of concept directions that were measured on the models' pictures ({@link
     *     Explainer#prime}), besides those that ship with the program
     */
    public OpenModels(OnnxRuntime runtime, int idle, Optional<Path> directions) {
        this.runtime = runtime;
        this.directions = directions;
        this.generators = new SharedModels<>(idle);
        this.encoders = new SharedModels<>(idle);
        this.heads = new SharedModels<>(idle);
    }

    OnnxRuntime runtime() {
        return runtime;
    }

    Optional<Path> directions() {
        return directions;
    }

    /** The encoder of an entry, opened if need be. */
    Lease<ClipEncoder> encoder(CatalogueEntry entry) {
        return encoders.acquire(key(entry), () -> ClipEncoder.open(runtime, entry.files()));
    }

    /** The aspect head of an entry, opened if need be. */
    Lease<AspectHead> head(CatalogueEntry entry) {
        return heads.acquire(key(entry), () -> AspectHead.open(runtime, entry.files()));
    }

    /** The generator of an entry, opened if need be. */
    Lease<ImageGenerator> generator(CatalogueEntry entry) {
        return generators.acquire(key(entry), () -> open(entry));
    }

    private ImageGenerator open(CatalogueEntry entry) {
        if (entry.kind() == ModelKind.DIFFUSION) {
            return DiffusionModels.open(runtime, entry.files());
        }
        return switch (GeneratorKind.of(entry.files())) {
            case GAN -> GanModel.open(runtime, entry.files());
            case AUTOREGRESSIVE -> AutoregressiveModel.open(runtime, entry.files());
        };
    }

    /**
     * The personalised side, until it is closed.
     *
     * @param generator makes its pictures
     * @param model the lease of the model that it uses
     * @param own whether the generator was made for this explanation and is closed with it
     */
    record Personalized(ImageGenerator generator, Lease<ImageGenerator> model, boolean own) implements AutoCloseable {

        @Override
        public void close() {
            try (model) {
                if (own) {
                    generator.close();
                }
            }
        }
    }

    /** Opens the personalised side and notes what it is made of. */
    Personalized personalized(Comparison.Sampled sampled, ProvenanceRecorder provenance) {
        Personalized opened = personalized(sampled);
        try {
            if (!sampled.personalized().equals(sampled.base())) {
                provenance.model(
                        "personalized",
                        sampled.personalized(),
                        opened.model().value().files(),
                        null);
            }
            for (Comparison.Lora lora : sampled.loras()) {
                provenance.model("lora", lora.entry(), List.of(lora.entry().file()), lora.weight());
            }
            for (Comparison.Embedding embedding : sampled.embeddings()) {
                CatalogueEntry entry = embedding.entry();
                provenance.model("embedding", entry, List.of(entry.file()), null);
            }
            return opened;
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    /** Opens the personalised side. */
    Personalized personalized(Comparison.Sampled sampled) {
        Lease<ImageGenerator> model = generator(sampled.personalized());
        try {
            List<WeightedLora> loras = new ArrayList<>();
            for (Comparison.Lora lora : sampled.loras()) {
                loras.add(new WeightedLora(read(lora.entry()), lora.weight()));
            }
            List<TextualInversion> inversions = sampled.embeddings().stream()
                    .map(embedding -> inversion(embedding.entry(), embedding.token()))
                    .toList();
            return loras.isEmpty() && inversions.isEmpty()
                    ? new Personalized(model.value(), model, false)
                    : new Personalized(model.value().personalize(loras, inversions), model, true);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    private static LoraFile read(CatalogueEntry entry) {
        try {
            return LoraFile.read(entry.files(), entry.file());
        } catch (IOException e) {
            throw new ModelFileException(entry.files(), entry.file(), "cannot be read: " + e.getMessage(), e);
        }
    }

    /** @param token the word that it stands for; null for its own */
    static TextualInversion inversion(CatalogueEntry entry, String token) {
        try {
            return TextualInversion.read(entry.files(), entry.file(), token);
        } catch (IOException e) {
            throw new ModelFileException(entry.files(), entry.file(), "cannot be read: " + e.getMessage(), e);
        }
    }

    /** What tells an entry's content apart from that of the same name before a file was changed. */
    static String key(CatalogueEntry entry) {
        return entry.files().reference() + "@" + entry.files().fingerprint();
    }

    @Override
    public void close() {
        generators.close();
        encoders.close();
        heads.close();
    }
}
