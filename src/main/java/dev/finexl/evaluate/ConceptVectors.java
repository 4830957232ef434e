package dev.finexl.evaluate;

import dev.finexl.concept.Concept;
import dev.finexl.concept.ConceptDirections;
import dev.finexl.concept.PromptJoiner;
import dev.finexl.evaluate.Evidence.Concepts;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplanationParts;
import dev.finexl.explain.ExplanationParts.Prepared;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ejml.data.DMatrixRMaj;

/**
 * Measures concepts once for all comparisons that share encoder, prompts and vocabulary.
 *
 * <p>E_t[C], by which {@link GsClipRanker} and {@link VisDiffRanker} go, is the embedding of the wording without a prompt:
 * {@code "film grain style"}, or for subjects and places {@code "castle"}, by the rule of {@link PromptJoiner}; of several
 * wordings the mean of the unit vectors, made unit again.
 */
final class ConceptVectors {

    private final ExplanationParts parts;
    private final ExplainListener listener;
    private final Map<String, Concepts> known = new HashMap<>();

    ConceptVectors(ExplanationParts parts, ExplainListener listener) {
        this.parts = parts;
        this.listener = listener;
    }

    Concepts of(Prepared request) {
        return known.computeIfAbsent(request.conceptsKey(), _ -> measure(request));
    }

    private Concepts measure(Prepared request) {
        ConceptDirections directions = parts.directions(request, listener);
        List<Concept> concepts = request.vocabulary().concepts();
        DMatrixRMaj texts = new DMatrixRMaj(concepts.size(), directions.width());
        for (int c = 0; c < concepts.size(); c++) {
            Concept concept = concepts.get(c);
            float[][] rows = parts.embedTexts(
                    request,
                    concept.wordings().stream()
                            .map(wording -> PromptJoiner.join("", concept.category(), wording))
                            .toList());
            double squares = 0;
            for (int k = 0; k < directions.width(); k++) {
                double sum = 0;
                for (float[] row : rows) {
                    sum += row[k];
                }
                texts.set(c, k, sum);
                squares += sum * sum;
            }
            for (int k = 0; squares > 0 && k < directions.width(); k++) {
                texts.set(c, k, texts.get(c, k) / Math.sqrt(squares));
            }
        }
        return new Concepts(directions, new DMatrixRMaj(directions.means()), texts);
    }
}
