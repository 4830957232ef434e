package dev.finexl.job;

import dev.finexl.account.Tenant;
import dev.finexl.choose.Chooser;
import dev.finexl.choose.Indexing;
import dev.finexl.choose.ModelIndex;
import dev.finexl.compare.Comparer;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.Space;
import dev.finexl.store.Catalogue;
import dev.finexl.store.ResultStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What each tenant sees of the program: the models that all may name and those that are his own, his own answers, his own
 * results, and what he has had explained. Thread-safe.
 */
public final class TenantSpaces {

    private final Catalogue catalogue;
    private final Explainer explainer;
    private final Optional<ResultStore> results;
    private final Optional<ModelIndex> index;
    private final Settings settings;
    /** By the names of those who have had something explained since the start. */
    private final Map<String, ModelIndex> indexes = new ConcurrentHashMap<>();

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
     * @param index of what explanations of models have shown, of those without a key; the others' are below it
     * @throws dev.finexl.store.ModelReferenceException if the tenants' own models are where all may read
     */
    public TenantSpaces(
            Catalogue catalogue,
            Explainer explainer,
            Optional<ResultStore> results,
            Optional<ModelIndex> index,
            Settings settings) {
        settings.models().ifPresent(folder -> catalogue.requireClosed(folder.toString()));
        settings.storage().ifPresent(catalogue::requireClosed);
        this.catalogue = catalogue;
        this.explainer = explainer;
        this.results = results;
        this.index = index;
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
        Explainer own = explainer.within(new Space(name(tenant), models::isOwn), models);
        return index(tenant).map(known -> own.telling(new Indexing(known))).orElse(own);
    }

    /** Compares models for a tenant. */
    public Comparer comparer(Tenant tenant) {
        return new Comparer(explainer(tenant));
    }

    /** Chooses for a tenant among the models that he has had explained. */
    public Chooser chooser(Tenant tenant) {
        return new Chooser(explainer(tenant), index(tenant));
    }

    private Optional<ModelIndex> index(Tenant tenant) {
        return index.map(common -> tenant.isDefault()
                ? common
                : indexes.computeIfAbsent(tenant.name(), name -> common.below("tenants/" + name)));
    }

    /** Where a tenant's explanations are kept. */
    Optional<ResultStore> results(Tenant tenant) {
        return results.map(all -> tenant.isDefault() ? all : all.below(Space.prefix(name(tenant))));
    }

    private static String name(Tenant tenant) {
        return tenant.isDefault() ? "" : tenant.name();
    }
}
