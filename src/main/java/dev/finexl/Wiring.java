package dev.finexl;

import dev.finexl.account.Access;
import dev.finexl.account.ApiKeys;
import dev.finexl.account.AuditLog;
import dev.finexl.account.BearerTokens;
import dev.finexl.account.Credentials;
import dev.finexl.account.Ledger;
import dev.finexl.account.OidcSettings;
import dev.finexl.account.Quota;
import dev.finexl.account.Quotas;
import dev.finexl.account.Tariff;
import dev.finexl.account.Tenants;
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
import dev.finexl.job.Budget;
import dev.finexl.job.CompareService;
import dev.finexl.job.ExplainGate;
import dev.finexl.job.ExplainMeter;
import dev.finexl.job.ExplainService;
import dev.finexl.job.JobPictures;
import dev.finexl.job.JobQueue;
import dev.finexl.job.JobStore;
import dev.finexl.job.JobWorkers;
import dev.finexl.job.Metering;
import dev.finexl.job.PictureFolders;
import dev.finexl.job.SharedPictures;
import dev.finexl.job.TaskWork;
import dev.finexl.job.TenantSpaces;
import dev.finexl.job.UploadRoom;
import dev.finexl.job.trace.OtlpTracing;
import dev.finexl.job.trace.Tracing;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.ProviderChoice;
import dev.finexl.onnx.UnpackedLibraries;
import dev.finexl.store.CacheDirectory;
import dev.finexl.store.Catalogue;
import dev.finexl.store.DirectoryResults;
import dev.finexl.store.FileHashes;
import dev.finexl.store.ResultStore;
import dev.finexl.store.s3.CacheSettings;
import dev.finexl.store.s3.S3AllowList;
import dev.finexl.store.s3.S3Connection;
import dev.finexl.store.s3.S3Location;
import dev.finexl.store.s3.S3Models;
import dev.finexl.store.s3.S3Results;
import dev.finexl.store.s3.S3Settings;
import dev.finexl.store.sql.Database;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Makes the parts of the program out of its configuration, so that no room below knows of either. */
@ApplicationScoped
class Wiring {

    private static final String NO_TRACES = "none";

    private final FinexlConfig config;
    private final String version;

    Wiring(FinexlConfig config, @ConfigProperty(name = "quarkus.application.version") String version) {
        this.config = config;
        this.version = version;
    }

    @Produces
    @Singleton
    Catalogue catalogue(S3Connection connection) {
        FinexlConfig.Storage storage = config.storage();
        config.models().hashes().ifPresent(FileHashes::keepIn);
        return new Catalogue(
                config.models().roots().orElse(List.of()),
                new S3Models(
                        connection,
                        S3AllowList.parse(storage.allowed().orElse(List.of())),
                        new CacheSettings(
                                storage.cache(),
                                storage.budget().asLongValue(),
                                storage.parallel(),
                                storage.partSize().asLongValue(),
                                storage.retries())));
    }

    @Produces
    @Singleton
    S3Connection objectStorage() {
        FinexlConfig.Storage storage = config.storage();
        return new S3Connection(
                new S3Settings(storage.endpoint(), storage.region(), storage.pathStyle(), storage.retries()));
    }

    void close(@Disposes S3Connection connection) {
        connection.close();
    }

    @Produces
    @Singleton
    Optional<ResultStore> results(S3Connection connection) {
        return config.results()
                .location()
                .map(location -> S3Location.isMeant(location)
                        ? new S3Results(connection, S3Location.parse(location))
                        : new DirectoryResults(Path.of(location)));
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

    void close(@Disposes OpenModels models) {
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
                        version,
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

    @Produces
    @Singleton
    ExplainGate explainGate() {
        return new ExplainGate(config.http().concurrent(), config.http().waiting());
    }

    @Produces
    @Singleton
    TenantSpaces tenantSpaces(
            Catalogue catalogue, Explainer explainer, Optional<ResultStore> results, Optional<ModelIndex> index) {
        return new TenantSpaces(
                catalogue,
                explainer,
                results,
                index,
                new TenantSpaces.Settings(
                        config.tenants().models(), config.tenants().storage()));
    }

    @Produces
    @Singleton
    ExplainService explainService(TenantSpaces spaces, Budget budget, ExplainMeter meter, Tracing tracing) {
        return new ExplainService(spaces, budget, meter, tracing);
    }

    /** What OpenTelemetry's own settings say, but off where they say nothing; then nothing of it is loaded. */
    @Produces
    @Singleton
    Tracing tracing(
            Config all, @ConfigProperty(name = "otel.traces.exporter", defaultValue = NO_TRACES) String exporter) {
        if (exporter.equals(NO_TRACES)) {
            return Tracing.NONE;
        }
        Map<String, String> settings = new HashMap<>();
        for (String name : all.getPropertyNames()) {
            if (name.startsWith("otel.")) {
                all.getOptionalValue(name, String.class).ifPresent(value -> settings.put(name, value));
            }
        }
        return new OtlpTracing(settings, version);
    }

    void close(@Disposes Tracing tracing) {
        tracing.close();
    }

    @Produces
    @Singleton
    CompareService compareService(TenantSpaces spaces, Metering metering, Tracing tracing) {
        return new CompareService(spaces, metering, tracing);
    }

    @Produces
    @Singleton
    Database database() {
        FinexlConfig.Jobs jobs = config.jobs();
        return new Database(
                jobs.url().orElse(null),
                jobs.user().orElse(null),
                jobs.password().orElse(null),
                jobs.directory());
    }

    void close(@Disposes Database database) {
        database.close();
    }

    @Produces
    @Singleton
    ApiKeys apiKeys(Database database) {
        return new ApiKeys(database);
    }

    @Produces
    @Singleton
    AuditLog auditLog(Database database) {
        return new AuditLog(database);
    }

    @Produces
    @Singleton
    Credentials credentials(ApiKeys keys, Tenants tenants) {
        FinexlConfig.Oidc oidc = config.oidc();
        return new Credentials(
                keys,
                oidc.issuer()
                        .map(issuer -> OidcSettings.of(
                                issuer,
                                oidc.audience().orElse(Set.of()),
                                oidc.tenantClaim(),
                                oidc.scopeClaim(),
                                oidc.scopePrefix().orElse("")))
                        .map(settings -> new BearerTokens(settings, tenants)));
    }

    @Produces
    @Singleton
    Access access(ApiKeys keys, Credentials credentials) {
        return new Access(config.access(), credentials.takesTokens(), keys);
    }

    @Produces
    @Singleton
    Ledger ledger(Database database) {
        return new Ledger(database);
    }

    @Produces
    @Singleton
    Tariff tariff() {
        FinexlConfig.Tariff tariff = config.tariff();
        return new Tariff(
                tariff.explanation(), tariff.image(), tariff.evaluations(), tariff.cached(), tariff.currency());
    }

    @Produces
    @Singleton
    Metering metering(Tariff tariff) {
        return new Metering(tariff);
    }

    @Produces
    @Singleton
    Budget budget(Tariff tariff) {
        return new Budget(tariff);
    }

    @Produces
    @Singleton
    Tenants tenants(Database database) {
        FinexlConfig.Quota quota = config.quota();
        return new Tenants(
                database,
                new Quota(
                        limit(quota.requests()),
                        limit(quota.concurrent()),
                        limit(quota.images()),
                        limit(quota.evaluations())));
    }

    private static Long limit(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    @Produces
    @Singleton
    Quotas quotas(Tenants tenants, Ledger ledger) {
        return new Quotas(tenants, ledger, Clock.systemUTC());
    }

    @Produces
    @Singleton
    JobStore jobStore(Database database) {
        return new JobStore(database, config.jobs().lease(), config.jobs().losses());
    }

    @Produces
    @Singleton
    UploadRoom uploadRoom() {
        return new UploadRoom(
                config.jobs().uploads().asLongValue(),
                config.tenants().uploads().asLongValue());
    }

    @Produces
    @Singleton
    PictureFolders pictureFolders(UploadRoom room) {
        return new PictureFolders(config.jobs().directory().resolve("pictures"), room);
    }

    @Produces
    @Singleton
    JobPictures jobPictures(Optional<ResultStore> results) {
        return new JobPictures(
                config.jobs().directory().resolve("shown"),
                config.jobs().pictures().asLongValue(),
                config.jobs()
                        .url()
                        .flatMap(_ -> results)
                        .map(SharedPictures::in)
                        .orElse(SharedPictures.NONE));
    }

    @Produces
    @Singleton
    JobQueue jobQueue(JobStore store, PictureFolders pictures, Quotas quotas, ExplainGate gate) {
        return new JobQueue(
                store,
                pictures,
                quotas,
                gate,
                new JobQueue.Bounds(config.jobs().queued(), config.jobs().longestWait()));
    }

    @Produces
    @Singleton
    JobWorkers jobWorkers(
            JobQueue queue,
            JobStore store,
            PictureFolders pictures,
            JobPictures shown,
            ExplainGate gate,
            ExplainService explaining,
            CompareService comparing,
            Metering metering) {
        return new JobWorkers(
                queue,
                store,
                pictures,
                gate,
                new TaskWork(explaining, comparing, shown, metering),
                new JobWorkers.Settings(
                        config.http().concurrent(),
                        config.jobs().lease(),
                        config.jobs().retention()));
    }
}
