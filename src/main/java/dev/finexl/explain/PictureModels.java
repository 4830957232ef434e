package dev.finexl.explain;

import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.described.GeneratorJson;
import dev.finexl.generate.described.GeneratorKind;
import dev.finexl.generate.described.TextCondition;
import dev.finexl.generate.diffusion.FineTune;
import dev.finexl.store.Catalogue;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelKind;
import dev.finexl.store.RoutedFiles;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Finds the models that draw the two sides. Exists because two models can be compared only if the same randomness means the
 * same to both, which is refused here, before anything is opened; and because a described generator may lack what is
 * elsewhere: its encoder, and, of a personalised one, the parts that are its base's.
 */
final class PictureModels {

    /** What has to be the same on both sides, for one stream of random numbers to mean the same to both. */
    private static final List<String> SHARED =
            List.of("latent", "noise", "truncation", "tokens", "vocabulary", "sampling", "output");

    private static final String PERSONALIZED = "personalized";

    private final Catalogue catalogue;

    PictureModels(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /**
     * The models of both sides.
     *
     * @param personalized the base itself where the request names no other
     * @param textEncoder reference of the encoder that the base takes prompts from; null for one of its own
     */
    record Sides(CatalogueEntry base, CatalogueEntry personalized, String textEncoder) {}

    /** @throws InvalidRequestException if one of them is not there, or they cannot be compared */
    Sides find(ExplainRequest request) {
        CatalogueEntry base = maker("base", request.base());
        CatalogueEntry other = request.personalized() == null ? base : personalized(base, request.personalized());
        if (base.kind() == ModelKind.DIFFUSION && other.kind() == ModelKind.DIFFUSION) {
            return new Sides(base, other, null);
        }
        if (base.kind() != other.kind()) {
            throw otherKind(base.kind().label(), other.kind().label());
        }
        if (!request.loras().isEmpty()) {
            throw new InvalidRequestException(
                    "loras",
                    "'%s' is a generator, which takes no LoRAs: expected 'personalized'".formatted(request.base()));
        }
        String encoder = TextCondition.named(base.files()).orElse(null);
        CatalogueEntry whole = withEncoder("base", base, base.files());
        if (other == base) {
            return new Sides(whole, whole, encoder);
        }
        requireComparable(base.files(), other.files());
        ModelFiles completed = RoutedFiles.completed(other.files(), base.files());
        return new Sides(whole, withEncoder(PERSONALIZED, other, completed), encoder);
    }

    private CatalogueEntry personalized(CatalogueEntry base, String reference) {
        CatalogueEntry found = ModelFinder.find(catalogue, PERSONALIZED, reference);
        boolean diffusion = found.kind() == ModelKind.DIFFUSION
                || found.kind() == ModelKind.ENCODER
                        && FineTune.networkClass(found.files()).isPresent();
        if (base.kind() != ModelKind.DIFFUSION || !diffusion) {
            return requireMaker(PERSONALIZED, found);
        }
        try {
            ModelFiles whole = FineTune.completed(found.files(), base.files());
            return new CatalogueEntry(found.reference(), ModelKind.DIFFUSION, whole, "");
        } catch (GeneratorException e) {
            throw new InvalidRequestException(PERSONALIZED, e);
        }
    }

    private CatalogueEntry maker(String field, String reference) {
        return requireMaker(field, ModelFinder.find(catalogue, field, reference));
    }

    private static CatalogueEntry requireMaker(String field, CatalogueEntry entry) {
        if (!entry.kind().makesPictures()) {
            throw ModelFinder.otherKind(field, entry, "model that makes pictures (diffusion or generator)");
        }
        return entry;
    }

    private static InvalidRequestException otherKind(String base, String other) {
        return new InvalidRequestException(
                PERSONALIZED,
                "is of the kind %s and the base of the kind %s: pictures can be paired only within one kind"
                        .formatted(other, base));
    }

    private CatalogueEntry withEncoder(String field, CatalogueEntry entry, ModelFiles files) {
        Optional<String> named = TextCondition.named(files);
        ModelFiles all = named.map(reference -> RoutedFiles.mounted(
                        files,
                        TextCondition.FOLDER,
                        ModelFinder.find(catalogue, field, reference, ModelKind.ENCODER)
                                .files()))
                .orElse(files);
        return new CatalogueEntry(entry.reference(), entry.kind(), all, entry.file());
    }

    private static void requireComparable(ModelFiles base, ModelFiles other) {
        String kind = GeneratorKind.of(base).label();
        String otherKind = GeneratorKind.of(other).label();
        if (!kind.equals(otherKind)) {
            throw otherKind(kind, otherKind);
        }
        GeneratorJson left = GeneratorJson.read(base);
        GeneratorJson right = GeneratorJson.read(other);
        for (String field : SHARED) {
            if (!Objects.equals(left.value(field), right.value(field))) {
                throw new InvalidRequestException(
                        PERSONALIZED,
                        "has in %s another '%s' than the base: the same random numbers would not mean the same to both"
                                .formatted(GeneratorJson.FILE, field));
            }
        }
    }
}
