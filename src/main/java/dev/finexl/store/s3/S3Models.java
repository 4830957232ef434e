package dev.finexl.store.s3;

import dev.finexl.store.Catalogue;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.CatalogueItem;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelKind;
import dev.finexl.store.ModelReferenceException;
import dev.finexl.store.RemoteModels;
import dev.finexl.store.Transfer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;

/**
 * Models in object storage: {@code s3://bucket/prefix} is the folder of all objects below {@code prefix/}, and
 * {@code s3://bucket/name.safetensors} is a LoRA, of the state that {@link S3Version} selects. Every request looks at what is there now; what has changed is got again.
 */
public final class S3Models implements RemoteModels {

    /** How often a model is looked at anew because it changed while it was read. */
    private static final int ATTEMPTS = 3;

    private final S3Listing listing;
    private final ModelCache cache;
    private final S3AllowList allowed;

    /**
     * @param allowed what may be read
     * @param settings of the cache in which it is kept
     */
    public S3Models(S3Connection connection, S3AllowList allowed, CacheSettings settings) {
        this(new S3Listing(connection), new ModelCache(connection, settings), allowed);
    }

    private S3Models(S3Listing listing, ModelCache cache, S3AllowList allowed) {
        this.listing = listing;
        this.cache = cache;
        this.allowed = allowed;
    }

    @Override
    public boolean means(String reference) {
        return S3Location.isMeant(reference);
    }

    @Override
    public RemoteModels allowing(List<String> references) {
        return new S3Models(
                listing,
                cache,
                allowed.with(references.stream().map(S3Location::parse).toList()));
    }

    @Override
    public CatalogueEntry find(String reference, Transfer transfer) {
        S3Version version = S3Version.parse(reference);
        S3Location location = allowed(version.location(), reference);
        if (location.key().endsWith(Catalogue.SAFETENSORS)) {
            return bring(
                    version.toString(), transfer, () -> new Listed(ModelKind.LORA, object(version), location.name()));
        }
        return bring(location.toString(), transfer, () -> {
            SortedMap<String, S3Object> objects = listing.below(location, true);
            ModelKind kind =
                    ModelKind.ofFolder(objects::containsKey).orElseThrow(() -> Catalogue.unknownKind(reference));
            return new Listed(kind, objects, "");
        });
    }

    @Override
    public CatalogueEntry folder(String reference, Transfer transfer) {
        S3Location location = allowed(S3Location.parse(reference), reference);
        return bring(
                location.toString(), transfer, () -> new Listed(ModelKind.FOLDER, listing.below(location, false), ""));
    }

    @Override
    public boolean allows(String reference) {
        return allowed.allows(S3Location.parse(reference));
    }

    /** What was found below each of the allowed places, up to {@value S3Listing#MOST_OBJECTS} objects of each. */
    @Override
    public List<CatalogueItem> list() {
        List<CatalogueItem> items = new ArrayList<>();
        for (S3Location location : allowed.locations()) {
            Set<String> names = listing.names(location);
            Optional<ModelKind> itself = ModelKind.ofFolder(names::contains);
            if (itself.isPresent()) {
                items.add(new CatalogueItem(location.toString(), itself.get()));
            } else {
                addChildren(location, names, items);
            }
        }
        return items;
    }

    private static void addChildren(S3Location location, Set<String> names, List<CatalogueItem> items) {
        Set<String> children = new TreeSet<>();
        for (String name : names) {
            int slash = name.indexOf('/');
            children.add(slash < 0 ? name : name.substring(0, slash));
        }
        for (String child : children) {
            Optional<ModelKind> kind = names.contains(child) && child.endsWith(Catalogue.SAFETENSORS)
                    ? Optional.of(ModelKind.LORA)
                    : ModelKind.ofFolder(file -> names.contains(child + "/" + file));
            kind.ifPresent(
                    k -> items.add(new CatalogueItem(location.child(child).toString(), k)));
        }
    }

    /** What storage has for a reference. */
    private record Listed(ModelKind kind, SortedMap<String, S3Object> objects, String file) {}

    /** @param reference not as it was written: with and without a slash at its end it is the same model */
    private CatalogueEntry bring(String reference, Transfer transfer, Callable<Listed> lookup) {
        for (int attempt = 1; ; attempt++) {
            Listed listed = Tasks.run(lookup, transfer::check);
            try {
                ModelFiles files = cache.acquire(reference, listed.objects, transfer);
                return new CatalogueEntry(reference, listed.kind, files, listed.file);
            } catch (ObjectChangedException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private SortedMap<String, S3Object> object(S3Version version) {
        return new TreeMap<>(Map.of(version.location().name(), listing.object(version)));
    }

    private S3Location allowed(S3Location location, String reference) {
        if (!allowed.allows(location)) {
            throw new ModelReferenceException(
                    "model '%s' is not below a place that may be read (finexl.storage.allowed)".formatted(reference));
        }
        return location;
    }
}
