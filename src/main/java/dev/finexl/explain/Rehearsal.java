package dev.finexl.explain;

import dev.finexl.embed.ClipEncoder;
import dev.finexl.explain.ExplainRequest.ConceptInput;
import dev.finexl.explain.RequestResolver.Plan;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.SharedModels.Lease;
import dev.finexl.store.ModelKind;
import java.util.List;

/** Runs every session that explanations of a base need: one picture, in one step where it takes steps, measured; and some texts. */
final class Rehearsal {

    private static final List<String> CONCEPTS = List.of("vivid", "dark");

    private final Means means;
    private final RunScope scope;

    Rehearsal(Means means, RunScope scope) {
        this.means = means;
        this.scope = scope;
    }

    /** What the base is asked for, with concepts of its own so that no vocabulary is read. */
    static ExplainRequest request(String base, ModelKind kind) {
        return ExplainRequest.builder()
                .base(base)
                .personalized(base)
                .steps(kind == ModelKind.DIFFUSION ? 1 : null)
                .concepts(CONCEPTS.stream()
                        .map(name -> new ConceptInput(name, null, null, null))
                        .toList())
                .build();
    }

    /** @param plan of such a request */
    void run(Plan plan) {
        if (!(plan.comparison() instanceof Comparison.Sampled sampled)) {
            throw new IllegalArgumentException("no model is named");
        }
        try (Lease<ClipEncoder> encoder = means.models().encoder(plan.encoder());
                Measurer measurer = Measurer.open(means.models(), encoder.value(), plan.heads(), scope);
                Lease<ImageGenerator> base = means.models().generator(sampled.base())) {
            SamplerSettings settings = SamplerChoice.settings(sampled.sampling(), base.value(), means.batch());
            List<ImageRequest> one = PairSampler.requests(plan.prompts().prompts(), 1, sampled.seed());
            base.value().generate(scope, one, settings, (_, images) -> measurer.measure(images));
            encoder.value().embedTexts(scope, CONCEPTS);
        }
    }
}
