package dev.finexl.explain;

import dev.finexl.embed.HeadConfig;
import dev.finexl.store.CatalogueEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Chooses the aspect heads of an explanation, by what their {@code head.json} says and before any is opened: the
 * request's, else those that the base names for the encoder that it names itself, else those that the encoder names.
 */
final class HeadChoice {

    private HeadChoice() {}

    /**
     * @param base what the base names; empty for given pictures
     * @param find finds a head by the request's field and the reference
     * @param warnings gets one for each head that was trained on another encoder's embeddings
     * @throws InvalidRequestException if there are too many heads, two of one name, or a policy about numbers that none gives
     */
    static List<CatalogueEntry> choose(
            ExplainRequest request,
            ModelDefaults base,
            ModelDefaults ofEncoder,
            CatalogueEntry encoder,
            BiFunction<String, String, CatalogueEntry> find,
            List<String> warnings) {
        List<CatalogueEntry> chosen = new ArrayList<>();
        Map<String, List<String>> outputs = new LinkedHashMap<>();
        List<String> references = references(request, base, ofEncoder);
        if (references.size() > ExplainRequest.MAX_HEADS) {
            throw new InvalidRequestException(
                    "heads",
                    "expected at most %d heads, got %d".formatted(ExplainRequest.MAX_HEADS, references.size()));
        }
        for (int i = 0; i < references.size(); i++) {
            String field = "heads[%d]".formatted(i);
            CatalogueEntry entry = find.apply(field, references.get(i));
            HeadConfig config = HeadConfig.read(entry.files());
            List<String> names =
                    config.outputs().stream().map(HeadConfig.Output::name).toList();
            if (outputs.put(config.name(), names) != null) {
                throw new InvalidRequestException(
                        field, "two heads have the name '%s', expected each once".formatted(config.name()));
            }
            warnIfForeign(config, encoder, warnings);
            chosen.add(entry);
        }
        Policy.check(request.policy(), outputs);
        return List.copyOf(chosen);
    }

    private static List<String> references(ExplainRequest request, ModelDefaults base, ModelDefaults ofEncoder) {
        if (request.heads() != null) {
            return request.heads();
        }
        boolean ownEncoder = request.encoder() == null;
        return ownEncoder && !base.heads().isEmpty() ? base.heads() : ofEncoder.heads();
    }

    /** A head cannot tell another encoder's embeddings of the same width from its own; their numbers mean nothing to it. */
    private static void warnIfForeign(HeadConfig config, CatalogueEntry encoder, List<String> warnings) {
        String reference = encoder.reference();
        String name = reference.substring(Math.max(reference.lastIndexOf('/'), reference.lastIndexOf(':')) + 1);
        if (config.input() == HeadConfig.Input.IMAGE_EMBEDS
                && config.encoder().filter(trained -> !trained.equals(name)).isPresent()) {
            warnings.add(
                    "The head %s was trained on the embeddings of %s, not on those of %s; its numbers may mean little."
                            .formatted(config.name(), config.encoder().get(), reference));
        }
    }
}
