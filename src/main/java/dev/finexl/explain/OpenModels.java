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
import dev.finexl.onnx.OpenModel;
import dev.finexl.onnx.SharedModels;
import dev.finexl.onnx.SharedModels.Lease;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The models that are open in this process, shared by all explanations: whole models, and what LoRAs and embeddings make of
 * one. They stay open between explanations as far as the memory allows ({@link SharedModels}).
 *
 * <p>What tells models apart is their content: of a whole model its files' sizes, times and inodes, since reading gigabytes to
 * find that they are open would take longer than opening them; of LoRAs and embeddings the hash of the file, with its weight
 * or its token. The provider and its options are the same for the whole process.
 */
public final class OpenModels implements AutoCloseable {

    private final OnnxRuntime runtime;
    private final Settings settings;
    private final SharedModels<Key, OpenModel> models;

    /**
     * What is kept open, and where else to look.
     *
     * @param memory bytes that all open models together may take; what is in use may take more
     * @param pinned references of models that stay open once they are
     * @param directions folder of concept directions that were measured on the models' pictures ({@link
     *     Explainer#prime}), besides those that ship with the program
     */
    public record Settings(long memory, Set<String> pinned, Optional<Path> directions) {

        /** 2 GiB, nothing pinned, and only what ships. */
        public static final Settings DEFAULT = new Settings(2L << 30, Set.of(), Optional.empty());

        /** The same with another folder of directions. */
        public Settings withDirections(Path folder) {
            return new Settings(memory, pinned, Optional.of(folder));
        }
    }

    /**
     * @param reference of the model
     * @param content tells it apart from another of the same name
     * @param changes what LoRAs and embeddings make of it; empty for the model itself
     */
    private record Key(String reference, String content, String changes) {

        /** Written out, as is {@link #hashCode}: a start would wait while the JVM makes them. */
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key
                    && reference.equals(key.reference)
                    && content.equals(key.content)
                    && changes.equals(key.changes);
        }

        @Override
        public int hashCode() {
            return Objects.hash(reference, content, changes);
        }
    }

    /** With {@link Settings#DEFAULT}. */
    public OpenModels(OnnxRuntime runtime) {
        this(runtime, Settings.DEFAULT);
    }

    public OpenModels(OnnxRuntime runtime, Settings settings) {
        this.runtime = runtime;
        this.settings = settings;
        this.models = new SharedModels<>(
                settings.memory(),
                key -> key.changes().isEmpty() && settings.pinned().contains(key.reference()));
    }

    OnnxRuntime runtime() {
        return runtime;
    }

    Optional<Path> directions() {
        return settings.directions();
    }

    /** How many models are open, what they take, and how often one was there that was asked for. */
    public SharedModels.Counts counts() {
        return models.counts();
    }

    /** The encoder of an entry, opened if need be. */
    Lease<ClipEncoder> encoder(CatalogueEntry entry) {
        return acquire(key(entry), () -> ClipEncoder.open(runtime, entry.files()));
    }

    /** The aspect head of an entry, opened if need be. */
    Lease<AspectHead> head(CatalogueEntry entry) {
        return acquire(key(entry), () -> AspectHead.open(runtime, entry.files()));
    }

    /** The generator of an entry, opened if need be. */
    Lease<ImageGenerator> generator(CatalogueEntry entry) {
        return acquire(key(entry), () -> open(entry));
    }

    /** Begins to open the generator of a comparison's base, as of {@link #prepare(CatalogueEntry)}. */
    void prepare(Comparison comparison) {
        if (comparison instanceof Comparison.Sampled sampled) {
            prepare(sampled.base());
        }
    }

    /**
     * Begins to open a generator beside the caller, who has an encoder to open first. Why it cannot be opened is told to whoever
     * asks for it.
     */
    void prepare(CatalogueEntry entry) {
        if (!models.has(key(entry))) {
            Thread.ofPlatform().name("open-models").daemon().start(() -> {
                try {
                    generator(entry).close();
                } catch (RuntimeException _) {
                    // The caller opens it again, and learns why that fails.
                }
            });
        }
    }

    /** Entries of another kind have other files, so what is found under a key is what was opened for its kind. */
    @SuppressWarnings("unchecked")
    private <V extends OpenModel> Lease<V> acquire(Key key, Supplier<V> open) {
        return (Lease<V>) models.acquire(key, open);
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
     * @param files of the model that it is, or was made of
     * @param lease keeps it open
     */
    record Personalized(ImageGenerator generator, List<String> files, Lease<?> lease) implements AutoCloseable {

        @Override
        public void close() {
            lease.close();
        }
    }

    /** What LoRAs and embeddings make of a model, which stays open as long as this is. */
    private record Changed(ImageGenerator generator, Lease<ImageGenerator> model) implements OpenModel {

        @Override
        public long bytes() {
            return generator.bytes();
        }

        @Override
        public void close() {
            try (model) {
                generator.close();
            }
        }
    }

    /** Opens the personalised side and notes what it is made of. */
    Personalized personalized(Comparison.Sampled sampled, ProvenanceRecorder provenance) {
        Personalized opened = personalized(sampled);
        try {
            notePersonalized(sampled, opened.files(), provenance);
            return opened;
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    /** Notes what both sides are made of, and opens no more of them than is needed for that. */
    void note(Comparison.Sampled sampled, ProvenanceRecorder provenance) {
        try (Lease<ImageGenerator> base = generator(sampled.base());
                Lease<ImageGenerator> personalized = generator(sampled.personalized())) {
            provenance.model("base", sampled.base(), base.value().files(), null);
            notePersonalized(sampled, personalized.value().files(), provenance);
        }
    }

    private static void notePersonalized(
            Comparison.Sampled sampled, List<String> files, ProvenanceRecorder provenance) {
        if (!sampled.personalized().equals(sampled.base())) {
            provenance.model("personalized", sampled.personalized(), files, null);
        }
        for (Comparison.Lora lora : sampled.loras()) {
            provenance.model("lora", lora.entry(), List.of(lora.entry().file()), lora.weight());
        }
        for (Comparison.Embedding embedding : sampled.embeddings()) {
            CatalogueEntry entry = embedding.entry();
            provenance.model("embedding", entry, List.of(entry.file()), null);
        }
    }

    /** Opens the personalised side. */
    Personalized personalized(Comparison.Sampled sampled) {
        CatalogueEntry entry = sampled.personalized();
        if (sampled.loras().isEmpty() && sampled.embeddings().isEmpty()) {
            Lease<ImageGenerator> model = generator(entry);
            return new Personalized(model.value(), model.value().files(), model);
        }
        Key model = key(entry);
        Lease<Changed> changed =
                acquire(new Key(model.reference(), model.content(), changes(sampled)), () -> change(entry, sampled));
        return new Personalized(
                changed.value().generator(), changed.value().model().value().files(), changed);
    }

    private static String changes(Comparison.Sampled sampled) {
        return Stream.concat(
                        sampled.loras().stream().map(lora -> sha256(lora.entry()) + ":" + lora.weight()),
                        sampled.embeddings().stream()
                                .map(embedding -> sha256(embedding.entry()) + "=" + embedding.token()))
                .collect(Collectors.joining(" "));
    }

    private static String sha256(CatalogueEntry entry) {
        return ProvenanceRecorder.hashes(entry, List.of(entry.file())).get(entry.file());
    }

    private Changed change(CatalogueEntry entry, Comparison.Sampled sampled) {
        Lease<ImageGenerator> model = generator(entry);
        try {
            List<WeightedLora> loras = sampled.loras().stream()
                    .map(lora -> new WeightedLora(read(lora.entry()), lora.weight()))
                    .toList();
            List<TextualInversion> inversions = sampled.embeddings().stream()
                    .map(embedding -> inversion(embedding.entry(), embedding.token()))
                    .toList();
            return new Changed(model.value().personalize(loras, inversions), model);
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

    private static Key key(CatalogueEntry entry) {
        return new Key(
                entry.reference(),
                entry.files().reference() + "@" + entry.files().fingerprint(),
                "");
    }

    @Override
    public void close() {
        models.close();
    }
}
