package dev.finexl.explain;

import dev.finexl.store.CatalogueEntry;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides which pictures of two folders are compared, and with which. Without a wish they are paired by name where at least
 * two names are in both folders; where none is, by position if there are equally many, and else not at all.
 */
final class GivenChoice {

    private static final Set<String> IMAGE_ENDINGS = Set.of(".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp");
    private static final int FEWEST = 2;

    private GivenChoice() {}

    /**
     * @param wish a {@link Pairing}; null for none
     * @param warnings is told what was left out, and what was not wished for
     * @throws InvalidRequestException if the pictures cannot be paired so, or there are too few or too many
     */
    static Comparison.Given choose(
            CatalogueEntry base,
            CatalogueEntry personalized,
            String wish,
            boolean promptsKnown,
            List<String> warnings) {
        Set<String> left = imageNames(base);
        Set<String> right = imageNames(personalized);
        Set<String> both = new TreeSet<>(left);
        both.retainAll(right);
        Pairing pairing = wish == null ? usual(left, right, both) : wished(wish);
        if (pairing == Pairing.POSITION && left.size() != right.size()) {
            throw new InvalidRequestException(
                    "pairing",
                    "by position there must be equally many pictures in both folders, but there are %d and %d"
                            .formatted(left.size(), right.size()));
        }
        boolean named = pairing == Pairing.NAME;
        List<String> baseNames = List.copyOf(named ? both : left);
        List<String> otherNames = List.copyOf(named ? both : right);
        requireSize("baseImages", baseNames, named, left, right);
        requireSize("personalizedImages", otherNames, named, left, right);
        warn(pairing, wish == null, left.size() + right.size() - 2 * both.size(), warnings);
        return new Comparison.Given(
                base, personalized, baseNames, otherNames, pairing, promptsKnown && pairing.paired());
    }

    private static Pairing usual(Set<String> left, Set<String> right, Set<String> both) {
        if (!both.isEmpty()) {
            return Pairing.NAME;
        }
        return left.size() == right.size() ? Pairing.POSITION : Pairing.NONE;
    }

    private static Pairing wished(String wish) {
        return Pairing.ofGiven(wish)
                .orElseThrow(() -> new InvalidRequestException(
                        "pairing", "is '%s', expected one of %s".formatted(wish, Pairing.labels())));
    }

    private static void requireSize(
            String field, List<String> names, boolean named, Set<String> left, Set<String> right) {
        if (names.size() < FEWEST || names.size() > ExplainRequest.MAX_IMAGES) {
            throw new InvalidRequestException(
                    field,
                    named
                            ? "expected 2 to %d pictures with the same names in both folders, but %d are (of %d and %d)"
                                    .formatted(ExplainRequest.MAX_IMAGES, names.size(), left.size(), right.size())
                            : "expected 2 to %d pictures, but there are %d"
                                    .formatted(ExplainRequest.MAX_IMAGES, names.size()));
        }
    }

    private static void warn(Pairing pairing, boolean unasked, int unpaired, List<String> warnings) {
        switch (pairing) {
            case NAME -> {
                if (unpaired > 0) {
                    warnings.add("%d pictures have no partner of the same name in the other folder and were left out."
                            .formatted(unpaired));
                }
            }
            case POSITION -> {
                if (unasked) {
                    warnings.add("No file name is in both folders: the pictures were paired by position.");
                }
            }
            case NONE ->
                warnings.add(
                        "Unpaired pictures take more of them to see the same change; pictures of the same prompts and"
                                + " seeds, with the same file names, would be paired.");
            case SEED -> throw new IllegalArgumentException("given pictures have no seeds");
        }
    }

    private static Set<String> imageNames(CatalogueEntry folder) {
        Set<String> names = new TreeSet<>();
        for (String name : folder.files().names()) {
            int dot = name.lastIndexOf('.');
            if (dot > 0 && IMAGE_ENDINGS.contains(name.substring(dot).toLowerCase(Locale.ROOT))) {
                names.add(name);
            }
        }
        return names;
    }
}
