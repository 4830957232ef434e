package dev.finexl.explain;

import dev.finexl.concept.Concept;
import dev.finexl.concept.ConceptDirections;
import dev.finexl.concept.DirectionEncoder;
import dev.finexl.concept.PromptEditor;
import dev.finexl.concept.Vocabulary;
import dev.finexl.embed.ClipEncoder;
import dev.finexl.embed.TextEncoder;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.explain.RequestResolver.Plan;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.SharedModels.Lease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Measures the directions of a plan's concepts: always with the text encoder, and, where the base's own pictures of a
 * concept have been measured before, as the mean of both.
 */
final class ConceptMeasurer {

    private static final int TEXTS_AT_ONCE = 256;

    private final OpenModels models;
    private final int batch;

    ConceptMeasurer(OpenModels models, int batch) {
        this.models = models;
        this.batch = batch;
    }

    /**
     * The directions that were measured.
     *
     * @param directions of all concepts
     * @param onPictures how many of them were also measured on pictures
     */
    record Measured(ConceptDirections directions, int onPictures) {}

    /**
     * Measures with the prompts that are drawn.
     *
     * @param byPrompt whether also prompt by prompt; not of pictures that are given, whose prompts nobody knows
     */
    Measured measure(
            Plan plan,
            Vocabulary vocabulary,
            boolean byPrompt,
            ClipEncoder encoder,
            ExplainListener listener,
            RunScope scope) {
        boolean sampled = plan.comparison() instanceof Comparison.Sampled;
        ConceptDirections texts = new DirectionEncoder(texts(encoder, scope), TEXTS_AT_ONCE)
                .measure(
                        vocabulary,
                        plan.drawnPrompts(),
                        byPrompt && sampled,
                        (done, total) -> listener.progress(Stage.CONCEPTS, done, total));
        if (texts.byPrompt().isEmpty()) {
            return new Measured(texts, 0);
        }
        PictureDirections known = PictureDirections.find(key(plan, encoder), models.directions());
        PromptEditor editor = new PromptEditor(vocabulary);
        List<float[][]> pictures = new ArrayList<>();
        for (Concept concept : vocabulary.concepts()) {
            pictures.add(known.entries().get(hash(said(plan, editor, concept))));
        }
        int found = (int) pictures.stream().filter(Objects::nonNull).count();
        return new Measured(found == 0 ? texts : texts.averagedWith(pictures), found);
    }

    private static TextEncoder texts(ClipEncoder encoder, RunScope scope) {
        return new TextEncoder() {
            @Override
            public int width() {
                return encoder.width();
            }

            @Override
            public float[][] embedTexts(List<String> batch) {
                return encoder.embedTexts(scope, batch);
            }
        };
    }

    /**
     * Measures the plan's concepts on pictures of its base, and writes them to a folder.
     *
     * @return the file that was written
     * @throws InvalidRequestException if the plan's pictures are given and not sampled
     */
    Path prime(Plan plan, Path target, ExplainListener listener, RunScope scope) throws IOException {
        if (!(plan.comparison() instanceof Comparison.Sampled sampled)) {
            throw new InvalidRequestException("base", "expected a model, whose pictures can be sampled");
        }
        Files.createDirectories(target);
        List<Concept> concepts = plan.vocabulary().concepts();
        PromptEditor editor = new PromptEditor(plan.vocabulary());
        List<String> prompts = plan.prompts().prompts();
        long total = (1L + concepts.size()) * prompts.size();
        try (Lease<ClipEncoder> encoder = models.encoder(plan.encoder());
                Lease<ImageGenerator> base = models.generator(sampled.base())) {
            SamplerSettings settings = SamplerChoice.settings(sampled.sampling(), base.value(), batch);
            float[][] plain = embed(encoder.value(), base.value(), prompts, settings, 0, total, listener, scope);
            Map<String, float[][]> entries = new LinkedHashMap<>();
            for (int c = 0; c < concepts.size(); c++) {
                List<String> said = said(plan, editor, concepts.get(c));
                long done = (1L + c) * prompts.size();
                float[][] rows = embed(encoder.value(), base.value(), said, settings, done, total, listener, scope);
                entries.put(hash(said), differences(rows, plain));
            }
            return new PictureDirections(entries).write(target, key(plan, encoder.value()));
        }
    }

    /** Embeddings of the pictures of some prompts, prompt {@code j} with seed {@code j}. */
    private static float[][] embed(
            ClipEncoder encoder,
            ImageGenerator base,
            List<String> prompts,
            SamplerSettings settings,
            long before,
            long total,
            ExplainListener listener,
            RunScope scope) {
        float[][] rows = new float[prompts.size()][];
        List<ImageRequest> requests = PairSampler.requests(prompts, prompts.size(), 0);
        base.generate(scope, requests, settings, (first, images) -> {
            float[][] part = encoder.embedImages(scope, images);
            System.arraycopy(part, 0, rows, first, part.length);
            listener.progress(Stage.SAMPLING, before + first + part.length, total);
        });
        return rows;
    }

    private static float[][] differences(float[][] rows, float[][] plain) {
        float[][] differences = new float[rows.length][rows[0].length];
        for (int p = 0; p < rows.length; p++) {
            for (int k = 0; k < rows[p].length; k++) {
                differences[p][k] = rows[p][k] - plain[p][k];
            }
        }
        return differences;
    }

    /** All prompts of the plan, also those beyond the pictures that are drawn, with the concept in its name's wording. */
    private static List<String> said(Plan plan, PromptEditor editor, Concept concept) {
        return plan.prompts().prompts().stream()
                .map(prompt -> editor.say(prompt, concept, concept.name()))
                .toList();
    }

    private static String hash(List<String> said) {
        return ProvenanceRecorder.sha256(said.stream());
    }

    /** Of all that pictures and their embeddings depend on, apart from the prompts. */
    private String key(Plan plan, ClipEncoder encoder) {
        Comparison.Sampled sampled = (Comparison.Sampled) plan.comparison();
        try (Lease<ImageGenerator> base = models.generator(sampled.base())) {
            SamplerSettings settings = SamplerChoice.settings(sampled.sampling(), base.value(), batch);
            return ProvenanceRecorder.sha256(Stream.of(
                    ProvenanceRecorder.hashes(sampled.base(), base.value().files())
                            .toString(),
                    ProvenanceRecorder.hashes(plan.encoder(), encoder.files()).toString(),
                    ProvenanceRecorder.described(settings).toString()));
        }
    }
}
