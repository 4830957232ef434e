package dev.finexl.job;

import dev.finexl.account.Tenant;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.Space;
import dev.finexl.store.Catalogue;
import dev.finexl.store.ResultStore;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What each tenant sees of the program: the models that all may name and those that are his own, his own answers, and his own
 * results. Thread-safe.
 */
public final class TenantSpaces {

    private final Catalogue catalogue;
    private final Explainer explainer;
    private final Optional<ResultStore> results;
    private final Settings settings;

    /**
     * Where the tenants' own models are.
     *
     * @param models a folder in which each tenant has a folder of his name; empty for none
     * @param storage a place in object storage, {@code s3://bucket/prefix}, below which each has one; empty for none
     */
    public record Settings(Optional<Path> models, Optional<String> storage) {

        /** Nobody has models of his own. */
        public static final Settings NONE = new Settings(Optional.empty(), Optional.empty());
    }

    /**
     * @param catalogue of the models that all may name
     * @param explainer with that catalogue
     * @param results where whole explanations are kept
     * @throws dev.finexl.store.ModelReferenceException if the tenants' own models are where all may read
     */
    public TenantSpaces(Catalogue catalogue, Explainer explainer, Optional<ResultStore> results, Settings settings) {
        settings.models().ifPresent(folder -> catalogue.requireClosed(folder.toString()));
        settings.storage().ifPresent(catalogue::requireClosed);
        this.catalogue = catalogue;
        this.explainer = explainer;
        this.results = results;
        this.settings = settings;
    }

    /** The models that a tenant may name. */
    public Catalogue catalogue(Tenant tenant) {
        return catalogue.withOwn(
                settings.models().map(folder -> folder.resolve(tenant.name())),
                settings.storage().map(place -> place.replaceFirst("/$", "") + "/" + tenant.name()));
    }

    /** Explains for a tenant. */
    public Explainer explainer(Tenant tenant) {
        Catalogue models = catalogue(tenant);
        return explainer.within(new Space(name(tenant), models::isOwn), models);
    }

    /** Where a tenant's explanations are kept. */
    Optional<ResultStore> results(Tenant tenant) {
        return results.map(all -> tenant.isDefault() ? all : all.below(Space.prefix(name(tenant))));
    }

    private static String name(Tenant tenant) {
        return tenant.isDefault() ? "" : tenant.name();
    }
}
