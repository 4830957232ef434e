package dev.finexl.explain;

import dev.finexl.concept.Concept;
import dev.finexl.concept.PromptEditor;
import dev.finexl.embed.ClipEncoder;
import dev.finexl.embed.PictureStatistics;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.explain.Measurer.Measurement;
import dev.finexl.explain.RequestResolver.Plan;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Sha256;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a base draws when it is asked for a concept: all prompts of a plan with the concept said in them, each from the
 * same noise as the prompt alone, picture {@code j} from that of seed {@code j} whatever the request's own seed, so that
 * one measurement serves all requests.
 */
final class AskedPictures {

    private final Plan plan;
    private final ClipEncoder encoder;
    private final ImageGenerator base;
    private final SamplerSettings settings;
    private final RunScope scope;
    private final PromptEditor editor;
    private final String key;

    /** @param sampled the plan's comparison */
    AskedPictures(
            Plan plan,
            Comparison.Sampled sampled,
            ClipEncoder encoder,
            ImageGenerator base,
            SamplerSettings settings,
            RunScope scope) {
        this.plan = plan;
        this.encoder = encoder;
        this.base = base;
        this.settings = settings;
        this.scope = scope;
        this.editor = new PromptEditor(plan.vocabulary());
        this.key = key(plan, sampled, encoder, base, settings);
    }

    /** Of all that pictures and what is measured of them depend on, apart from the prompts. */
    static String key(
            Plan plan, Comparison.Sampled sampled, ClipEncoder encoder, ImageGenerator base, SamplerSettings settings) {
        return Sha256.ofLines(Stream.of(
                PictureStatistics.VERSION,
                ProvenanceRecorder.hashes(sampled.base(), base.files()).toString(),
                ProvenanceRecorder.hashes(plan.encoder(), encoder.files()).toString(),
                ProvenanceRecorder.described(settings, base).toString()));
    }

    /** {@link #key(Plan, Comparison.Sampled, ClipEncoder, ImageGenerator, SamplerSettings)} of these pictures. */
    String key() {
        return key;
    }

    /** The plan's prompts, also those beyond the pictures that are drawn. */
    List<String> prompts() {
        return plan.prompts().prompts();
    }

    /** The prompts with the concept in its name's wording. */
    List<String> said(Concept concept) {
        return prompts().stream()
                .map(prompt -> editor.say(prompt, concept, concept.name()))
                .toList();
    }

    /** What prompts are called in {@link PictureDirections}. */
    static String hash(List<String> prompts) {
        return Sha256.ofLines(prompts.stream());
    }

    /**
     * What is measured of the pictures of some prompts: for each its embedding, and behind that its {@link PictureStatistics}.
     *
     * @param before pictures that were done before, for progress
     * @param total pictures in all, for progress
     */
    float[][] embed(List<String> prompts, Stage stage, long before, long total, ExplainListener listener) {
        float[][] rows = new float[prompts.size()][];
        List<ImageRequest> requests = PairSampler.requests(prompts, prompts.size(), 0);
        base.generate(scope, requests, settings, (first, images) -> {
            float[][] part = encoder.embedImages(scope, images);
            for (int i = 0; i < part.length; i++) {
                rows[first + i] = new Measurement(part[i], PictureStatistics.of(images.get(i)), List.of()).row();
            }
            listener.progress(stage, before + first + part.length, total);
        });
        return rows;
    }

    /** What asking does: the pictures of the prompts with the concept less those of the prompts alone. */
    static float[][] differences(float[][] rows, float[][] plain) {
        float[][] differences = new float[rows.length][rows[0].length];
        for (int p = 0; p < rows.length; p++) {
            for (int k = 0; k < rows[p].length; k++) {
                differences[p][k] = rows[p][k] - plain[p][k];
            }
        }
        return differences;
    }
}
