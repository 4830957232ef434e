package dev.finexl;

import dev.finexl.choose.Chooser;
import dev.finexl.choose.Indexing;
import dev.finexl.choose.ModelIndex;
import dev.finexl.concept.ConceptProposer;
import dev.finexl.concept.VlmConceptProposer;
import dev.finexl.concept.VlmSettings;
import dev.finexl.explain.Answers;
import dev.finexl.explain.BatchSize;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.OpenModels;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.ProviderChoice;
import dev.finexl.onnx.UnpackedLibraries;
import dev.finexl.store.CacheDirectory;
import dev.finexl.store.Catalogue;
import dev.finexl.store.ResultStore;
import dev.finexl.store.s3.S3Connection;
import dev.finexl.store.s3.S3Location;
import dev.finexl.store.s3.S3Results;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes what explains models, and chooses among them, out of the program's configuration. */
@Singleton
class ExplainWiring {

    private final FinexlConfig config;

    ExplainWiring(FinexlConfig config) {
        this.config = config;
    }

    @Produces
    @Singleton
    OnnxRuntime onnxRuntime() {
        FinexlConfig.Onnx onnx = config.onnx();
        onnx.libraries().ifPresent(UnpackedLibraries::use);
        return new OnnxRuntime(new OnnxSettings(
                ProviderChoice.parse(onnx.provider()),
                onnx.cudaDevice(),
                onnx.cudaMemoryLimit(),
                onnx.threads(),
                onnx.domains().orElse(Set.of()),
                onnx.graphs()
                        .map(folder -> new OnnxSettings.Graphs(
                                folder, onnx.graphsBudget().asLongValue()))));
    }

    @Produces
    @Singleton
    OpenModels openModels(OnnxRuntime runtime) {
        FinexlConfig.Models models = config.models();
        return new OpenModels(
                runtime,
                new OpenModels.Settings(
                        models.memory().asLongValue(),
                        Set.copyOf(models.pinned().orElse(List.of())),
                        models.directions()));
    }

    static void close(@Disposes OpenModels models) {
        models.close();
    }

    @Produces
    @Singleton
    Explainer explainer(Catalogue catalogue, OpenModels models, S3Connection connection, Optional<ModelIndex> index) {
        Explainer explainer = new Explainer(
                        catalogue,
                        config.models().encoder().orElse(null),
                        models,
                        new BatchSize(
                                config.sampling().batch(),
                                config.sampling()
                                        .memory()
                                        .map(MemorySize::asLongValue)
                                        .orElseGet(BatchSize::halfOfMemory)),
                        config.programVersion(),
                        config.proposer()
                                .baseUrl()
                                .map(url -> proposer(url, config.proposer()))
                                .orElse(null))
                .remembering(answers(connection));
        return index.map(known -> explainer.telling(new Indexing(known))).orElse(explainer);
    }

    private Answers answers(S3Connection connection) {
        FinexlConfig.Cache cache = config.cache();
        return cache.location()
                .map(location -> new Answers(
                        cache(connection, location, "", cache.budget().asLongValue()),
                        cache.pictures().asLongValue() == 0
                                ? null
                                : cache(
                                        connection,
                                        location,
                                        "-pictures",
                                        cache.pictures().asLongValue()),
                        cache.recent()))
                .orElse(Answers.NONE);
    }

    /** @param beside what is added to the name of a directory; a place in object storage holds all in one */
    private static ResultStore cache(S3Connection connection, String location, String beside, long budget) {
        return S3Location.isMeant(location)
                ? new S3Results(connection, S3Location.parse(location))
                : new CacheDirectory(Path.of(Path.of(location) + beside), budget);
    }

    private static ConceptProposer proposer(URI baseUrl, FinexlConfig.Proposer proposer) {
        return new VlmConceptProposer(new VlmSettings(
                baseUrl,
                proposer.model().orElse(null),
                proposer.apiKey().orElse(null),
                proposer.timeout(),
                proposer.retries(),
                proposer.maxTokens(),
                proposer.pairs(),
                proposer.proposals(),
                proposer.seed().orElse(null),
                VlmSettings.Budget.of(
                        proposer.priceIn().orElse(null),
                        proposer.priceOut().orElse(null),
                        proposer.maxCost().orElse(null))));
    }

    @Produces
    @Singleton
    Optional<ModelIndex> modelIndex() {
        return config.index().location().map(ModelIndex::new);
    }

    @Produces
    @Singleton
    Chooser chooser(Explainer explainer, Optional<ModelIndex> index) {
        return new Chooser(explainer, index);
    }
}
