package dev.finexl.explain;

import dev.finexl.concept.Concept;
import dev.finexl.concept.Vocabulary;
import dev.finexl.embed.AspectHead;
import dev.finexl.embed.ClipEncoder;
import dev.finexl.embed.PictureStatistics;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.RequestResolver.Plan;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.onnx.SharedModels.Lease;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.Sha256;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Names work by a hash of all that its result depends on: the models' files, LoRAs and their weights, the sampler, prompts
 * and seeds, the encoder and what it runs on. Exists so that whoever keeps a result finds it again if, and only if, the
 * same work would be done, on this machine or on another that shares what is kept: files count by content alone.
 *
 * <p>Not thread-safe.
 */
final class ContentKeys {

    /** How explanations are made, and which fields they have: one that was made otherwise is none that can be answered with. */
    private static final String FORM = "first";

    private final OpenModels models;
    private final BatchSize batch;
    /** A model is part of many requests, and hashing its files takes as long as reading them. */
    private final Map<CatalogueEntry, String> hashes = new HashMap<>();
    /** How both sides are sampled, by the base and what is asked of it: writing that down takes some time. */
    private final Map<List<Object>, String> samplers = new HashMap<>();

    ContentKeys(OpenModels models, BatchSize batch) {
        this.models = models;
        this.batch = batch;
    }

    /**
     * SHA-256, in hexadecimal, of all that an explanation depends on.
     *
     * @param method of the decomposition
     * @param version of the program
     */
    String explanation(Plan plan, String method, String version) {
        List<String> parts = new ArrayList<>();
        parts.add(FORM + " " + version + " " + method + " " + plan.certainty() + " " + plan.policy());
        parts.add(plan.prompts().prompts() + " " + plan.promptsKnown());
        plan.vocabulary().concepts().stream().map(Concept::toString).forEach(parts::add);
        parts.addAll(heads(plan));
        parts.add(plan.comparison().pairing().label());
        for (Side side : Side.values()) {
            parts.add(pictures(plan, side, 0, plan.comparison().images(side)));
        }
        if (plan.comparison() instanceof Comparison.Sampled sampled) {
            parts.add(sampled.trigger().toString());
            try (Lease<ClipEncoder> encoder = models.encoder(plan.encoder());
                    Lease<ImageGenerator> base = models.generator(sampled.base())) {
                String key = AskedPictures.key(
                        plan, sampled, encoder.value(), base.value(), settings(sampled, base.value()));
                parts.add(PictureDirections.sha256(key, models.directions()));
            }
        }
        return Sha256.ofLines(parts.stream());
    }

    /**
     * SHA-256, in hexadecimal, of all that the embeddings of some pictures of one side depend on.
     *
     * @param first index of the first picture, 0 or more
     * @param count how many pictures, 1 or more
     */
    String pictures(Plan plan, Side side, int first, int count) {
        List<String> parts = new ArrayList<>(embedding(plan));
        switch (plan.comparison()) {
            case Comparison.Given given -> {
                List<String> names = given.names(side).subList(first, first + count);
                parts.add(ProvenanceRecorder.hashes(given.folder(side), names).toString());
            }
            case Comparison.Sampled sampled -> {
                parts.addAll(sampling(sampled, side));
                PairSampler.requests(plan, sampled, side, first + count)
                        .subList(first, first + count)
                        .forEach(picture -> parts.add(picture.toString()));
            }
        }
        return Sha256.ofLines(parts.stream());
    }

    /** The same of what is measured of one side's pictures, heads included, apart from the pictures' prompts and seeds. */
    String measurements(Plan plan, Comparison.Sampled sampled, Side side) {
        List<String> parts = new ArrayList<>(embedding(plan));
        parts.addAll(heads(plan));
        parts.addAll(sampling(sampled, side));
        return Sha256.ofLines(parts.stream());
    }

    /** The same of one side's pictures themselves, apart from their prompts and seeds. */
    String drawing(Comparison.Sampled sampled, Side side) {
        return Sha256.ofLines(Stream.concat(Stream.of(runtime()), sampling(sampled, side).stream()));
    }

    private String runtime() {
        return models.runtime().version() + " " + models.runtime().providerName();
    }

    /** The same of the directions of a vocabulary's concepts by words alone. */
    String directions(Plan plan, Vocabulary vocabulary, boolean byPrompt) {
        List<String> parts = new ArrayList<>(embedding(plan));
        parts.add(plan.drawnPrompts().prompts() + " " + byPrompt);
        vocabulary.concepts().stream().map(Concept::toString).forEach(parts::add);
        return Sha256.ofLines(parts.stream());
    }

    /** What is measured of a picture besides heads depends on: the encoder, what computes it, and the statistics. */
    private List<String> embedding(Plan plan) {
        try (Lease<ClipEncoder> encoder = models.encoder(plan.encoder())) {
            return List.of(
                    PictureStatistics.VERSION,
                    runtime(),
                    hash(plan.encoder(), encoder.value().files()));
        }
    }

    private List<String> heads(Plan plan) {
        List<String> parts = new ArrayList<>();
        for (CatalogueEntry entry : plan.heads()) {
            try (Lease<AspectHead> head = models.head(entry)) {
                parts.add(hash(entry, head.value().files()));
            }
        }
        return parts;
    }

    /** What pictures of one side depend on, apart from their prompts and seeds. */
    private List<String> sampling(Comparison.Sampled sampled, Side side) {
        List<String> parts = new ArrayList<>();
        parts.add(sampler(sampled));
        parts.add(modelHash(side == Side.BASE ? sampled.base() : sampled.personalized()));
        if (side == Side.PERSONALIZED) {
            sampled.loras()
                    .forEach(lora -> parts.add(lora.weight() + " "
                            + hash(lora.entry(), List.of(lora.entry().file()))));
            sampled.embeddings()
                    .forEach(embedding -> parts.add("token " + embedding.token() + " "
                            + hash(embedding.entry(), List.of(embedding.entry().file()))));
        }
        return parts;
    }

    private String sampler(Comparison.Sampled sampled) {
        return samplers.computeIfAbsent(List.of(sampled.base(), sampled.sampling()), _ -> {
            try (Lease<ImageGenerator> base = models.generator(sampled.base())) {
                return ProvenanceRecorder.described(settings(sampled, base.value()), base.value())
                        .toString();
            }
        });
    }

    private SamplerSettings settings(Comparison.Sampled sampled, ImageGenerator base) {
        return SamplerChoice.settings(sampled.sampling(), base, batch);
    }

    private String modelHash(CatalogueEntry entry) {
        try (Lease<ImageGenerator> model = models.generator(entry)) {
            return hash(entry, model.value().files());
        }
    }

    private String hash(CatalogueEntry entry, List<String> files) {
        return hashes.computeIfAbsent(
                entry, _ -> ProvenanceRecorder.hashes(entry, files).toString());
    }
}
