package dev.finexl.explain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.concept.Concept;
import dev.finexl.concept.ConceptProposer;
import dev.finexl.embed.AspectHead;
import dev.finexl.embed.PictureStatistics;
import dev.finexl.explain.RequestResolver.Plan;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.SamplingOption;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.Sha256;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Notes what takes part in an explanation while it is made. */
final class ProvenanceRecorder {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final OnnxRuntime runtime;
    private final String version;
    private final Plan plan;
    private final List<Provenance.Model> models = new ArrayList<>();
    private Provenance.Sampler sampler;
    private int onPictures;
    private boolean statistics;
    private Provenance.Proposals proposals;

    ProvenanceRecorder(OnnxRuntime runtime, String version, Plan plan) {
        this.runtime = runtime;
        this.version = version;
        this.plan = plan;
    }

    /** @param weight of a LoRA, else null */
    void model(String role, CatalogueEntry entry, List<String> files, Double weight) {
        models.add(new Provenance.Model(role, entry.reference(), weight, hashes(entry, files)));
    }

    /** Name to SHA-256 of files of a model. */
    static Map<String, String> hashes(CatalogueEntry entry, List<String> files) {
        Map<String, String> hashes = new TreeMap<>();
        for (String file : files) {
            try {
                hashes.put(file, entry.files().sha256(file));
            } catch (IOException e) {
                throw new ModelFileException(entry.files(), file, "cannot be read: " + e.getMessage(), e);
            }
        }
        return hashes;
    }

    /** @param heads in the order of the plan's */
    void heads(List<AspectHead> heads) {
        for (int i = 0; i < heads.size(); i++) {
            model("head", plan.heads().get(i), heads.get(i).files(), null);
        }
    }

    void sampler(SamplerSettings settings, ImageGenerator base) {
        sampler = described(settings, base);
    }

    /** What of the settings a picture depends on. */
    static Provenance.Sampler described(SamplerSettings settings, ImageGenerator base) {
        Set<SamplingOption> options = base.options();
        JsonNode scheduler = settings.scheduler() == null
                ? null
                : MAPPER.valueToTree(settings.scheduler().config());
        return new Provenance.Sampler(
                scheduler,
                options.contains(SamplingOption.STEPS) ? settings.steps() : null,
                options.contains(SamplingOption.GUIDANCE_SCALE) ? settings.guidanceScale() : null,
                settings.negativePrompt(),
                settings.height(),
                settings.width(),
                base.evaluationsPerImage(settings));
    }

    /**
     * @param concepts how many concepts' directions were also measured on pictures
     * @param withStatistics whether the pictures' statistics took part
     */
    void onPictures(int concepts, boolean withStatistics) {
        onPictures = concepts;
        statistics = withStatistics;
    }

    void proposals(ConceptProposer.Proposals proposed) {
        proposals = new Provenance.Proposals(
                proposed.model(),
                proposed.concepts().stream()
                        .map(concept -> new Provenance.Proposal(
                                concept.name(), concept.category().label()))
                        .toList());
    }

    /**
     * @param sampling null for pictures that were given
     * @param drawn pictures that were sampled
     * @param known pictures that had been measured before
     */
    Usage usage(SamplingReport sampling, int drawn, int known, Map<String, Usage.StageTime> stages) {
        int saved = sampling == null ? 0 : 2 * (sampling.budget() - sampling.pairs());
        long evaluations = sampler == null ? 0 : (long) drawn * sampler.evaluations();
        return new Usage(false, drawn, known, saved, evaluations, stages);
    }

    /** @param sampling null for pictures that were given */
    Provenance finish(SamplingReport sampling) {
        Long seed = plan.comparison() instanceof Comparison.Sampled s ? s.seed() : null;
        List<String> prompts = plan.drawnPrompts().prompts();
        Stream<String> concepts = plan.vocabulary().concepts().stream().map(Concept::toString);
        return new Provenance(
                List.copyOf(models),
                sampler,
                new Provenance.Source(plan.prompts().name(), prompts.size(), Sha256.ofLines(prompts.stream())),
                new Provenance.Source(
                        plan.vocabulary().name(), plan.vocabulary().concepts().size(), Sha256.ofLines(concepts)),
                onPictures,
                plan.comparison() instanceof Comparison.Sampled s ? s.trigger().provenance() : null,
                proposals,
                seed,
                plan.comparison().pairing(),
                sampling == null ? plan.comparison().images() : sampling.pairs(),
                runtime.providerName(),
                versions());
    }

    private Map<String, String> versions() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("finexl", version);
        versions.put("onnxruntime", runtime.version());
        if (statistics) {
            versions.put("pictureStatistics", PictureStatistics.VERSION);
        }
        versions.put("java", System.getProperty("java.version"));
        return versions;
    }
}
