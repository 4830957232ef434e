package dev.finexl;

import dev.finexl.account.Quotas;
import dev.finexl.account.Tariff;
import dev.finexl.choose.ModelIndex;
import dev.finexl.explain.Explainer;
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
import dev.finexl.store.Catalogue;
import dev.finexl.store.ResultStore;
import dev.finexl.store.sql.Database;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Makes what explains and compares for tenants, at once or later, out of the program's configuration. */
@Singleton
class JobWiring {

    private static final String NO_TRACES = "none";

    private final FinexlConfig config;

    JobWiring(FinexlConfig config) {
        this.config = config;
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
    ExplainService explainService(TenantSpaces spaces, Budget budget, ExplainMeter meter, Tracing tracing) {
        return new ExplainService(spaces, budget, meter, tracing);
    }

    @Produces
    @Singleton
    CompareService compareService(TenantSpaces spaces, Metering metering, Tracing tracing) {
        return new CompareService(spaces, metering, tracing);
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
        return new OtlpTracing(settings, config.programVersion());
    }

    static void close(@Disposes Tracing tracing) {
        tracing.close();
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
