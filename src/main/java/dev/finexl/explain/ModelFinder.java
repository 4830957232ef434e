package dev.finexl.explain;

import dev.finexl.store.Catalogue;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.ModelKind;
import dev.finexl.store.ModelReferenceException;

/** Finds what a request's fields refer to, and refuses in the words of the field. */
final class ModelFinder {

    private ModelFinder() {}

    /** @throws InvalidRequestException if there is no such model, or it is of another kind */
    static CatalogueEntry find(Catalogue catalogue, String field, String reference, ModelKind expected) {
        CatalogueEntry entry = find(catalogue, field, reference);
        if (entry.kind() != expected) {
            throw otherKind(field, entry, expected.label());
        }
        return entry;
    }

    /** @throws InvalidRequestException if there is no such model */
    static CatalogueEntry find(Catalogue catalogue, String field, String reference) {
        if (reference == null) {
            throw new InvalidRequestException(field, "expected the reference of a model");
        }
        try {
            return catalogue.find(reference);
        } catch (ModelReferenceException e) {
            throw new InvalidRequestException(field, e);
        }
    }

    static InvalidRequestException otherKind(String field, CatalogueEntry entry, String expected) {
        return new InvalidRequestException(
                field,
                "model '%s' is a %s, expected a %s"
                        .formatted(entry.reference(), entry.kind().label(), expected));
    }
}
