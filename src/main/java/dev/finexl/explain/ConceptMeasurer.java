package dev.finexl.explain;

import dev.finexl.concept.Concept;
import dev.finexl.concept.ConceptDirections;
import dev.finexl.concept.DirectionEncoder;
import dev.finexl.concept.Vocabulary;
import dev.finexl.embed.ClipEncoder;
import dev.finexl.embed.TextEncoder;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.explain.RequestResolver.Plan;
import dev.finexl.generate.ImageGenerator;
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

/**
 * Measures the directions of a plan's concepts: always with the text encoder, and, where the base's own pictures of a
 * concept have been measured before, as the mean of both.
 */
final class ConceptMeasurer {

    private static final int TEXTS_AT_ONCE = 256;

    private final Means means;
    private final OpenModels models;

    ConceptMeasurer(Means means) {
        this.means = means;
        this.models = means.models();
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
     * @param byPrompt whether also prompt by prompt, where it is known which picture draws which
     */
    Measured measure(
            Plan plan,
            Vocabulary vocabulary,
            boolean byPrompt,
            ClipEncoder encoder,
            ExplainListener listener,
            RunScope scope) {
        if (!(plan.comparison() instanceof Comparison.Sampled comparison)) {
            return measure(plan, vocabulary, byPrompt, encoder, null, listener, scope);
        }
        try (Lease<ImageGenerator> base = models.generator(comparison.base())) {
            AskedPictures asked = asked(plan, comparison, encoder, base.value(), scope);
            return measure(plan, vocabulary, byPrompt, encoder, asked, listener, scope);
        }
    }

    /**
     * The same for who has the base open.
     *
     * @param asked what the base draws when it is asked for a concept; null where pictures are given
     */
    Measured measure(
            Plan plan,
            Vocabulary vocabulary,
            boolean byPrompt,
            ClipEncoder encoder,
            AskedPictures asked,
            ExplainListener listener,
            RunScope scope) {
        ConceptDirections texts = texts(plan, vocabulary, byPrompt && plan.promptsKnown(), encoder, listener, scope);
        if (asked == null) {
            return new Measured(texts, 0);
        }
        PictureDirections known = PictureDirections.find(asked.key(), models.directions());
        if (known.entries().isEmpty()) {
            return new Measured(texts, 0);
        }
        List<float[][]> pictures = new ArrayList<>();
        for (Concept concept : vocabulary.concepts()) {
            pictures.add(known.entries().get(AskedPictures.hash(asked.said(concept))));
        }
        int found = (int) pictures.stream().filter(Objects::nonNull).count();
        return new Measured(
                found == 0 ? texts : texts.withPictures(pictures),
                texts.byPrompt().isPresent() ? found : 0);
    }

    /** Directions by words alone, which are kept: the same base is explained again and again with the same words. */
    ConceptDirections texts(
            Plan plan,
            Vocabulary vocabulary,
            boolean byPrompt,
            ClipEncoder encoder,
            ExplainListener listener,
            RunScope scope) {
        Answers answers = means.ofWords(plan, vocabulary);
        String key = answers.keeps() ? means.keys().directions(plan, vocabulary, byPrompt) : "";
        return answers.directions(key, vocabulary).orElseGet(() -> {
            ConceptDirections measured = new DirectionEncoder(texts(encoder, scope), TEXTS_AT_ONCE)
                    .measure(
                            vocabulary,
                            plan.drawnPrompts(),
                            byPrompt,
                            (done, total) -> listener.progress(Stage.CONCEPTS, done, total));
            answers.keepDirections(key, measured);
            return measured;
        });
    }

    private AskedPictures asked(
            Plan plan, Comparison.Sampled sampled, ClipEncoder encoder, ImageGenerator base, RunScope scope) {
        return new AskedPictures(
                plan, sampled, encoder, base, SamplerChoice.settings(sampled.sampling(), base, means.batch()), scope);
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
        try (Lease<ClipEncoder> encoder = models.encoder(plan.encoder());
                Lease<ImageGenerator> base = models.generator(sampled.base())) {
            AskedPictures asked = asked(plan, sampled, encoder.value(), base.value(), scope);
            long prompts = asked.prompts().size();
            long total = (1L + concepts.size()) * prompts;
            float[][] plain = asked.embed(asked.prompts(), Stage.SAMPLING, 0, total, listener);
            Map<String, float[][]> entries = new LinkedHashMap<>();
            for (int c = 0; c < concepts.size(); c++) {
                List<String> said = asked.said(concepts.get(c));
                float[][] rows = asked.embed(said, Stage.SAMPLING, (1L + c) * prompts, total, listener);
                entries.put(AskedPictures.hash(said), AskedPictures.differences(rows, plain));
            }
            return new PictureDirections(entries).write(target, asked.key());
        }
    }
}
