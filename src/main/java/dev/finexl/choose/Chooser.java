package dev.finexl.choose;

import dev.finexl.choose.Selection.Chosen;
import dev.finexl.choose.Selection.Understood;
import dev.finexl.concept.ConceptInputException;
import dev.finexl.concept.NearestConcepts;
import dev.finexl.concept.ShippedConcepts;
import dev.finexl.concept.Vocabulary;
import dev.finexl.concept.Wish;
import dev.finexl.concept.WishReader;
import dev.finexl.explain.Cost;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.Explanation;
import dev.finexl.explain.ExplanationParts;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.explain.PersonalizedModel;
import dev.finexl.onnx.RunScope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Chooses among explained models: those that fit a wish best ({@link Fit}), or that are most like another, by the cosine of
 * their aspects' scores. Models that are named are looked up by their contents, and explained if they are not in the index.
 * Thread-safe.
 */
public final class Chooser {

    private final Explainer explainer;
    private final Optional<ModelIndex> index;

    /** @param index of explanations; empty if there is none, and only models that are named can be chosen from */
    public Chooser(Explainer explainer, Optional<ModelIndex> index) {
        this.explainer = explainer;
        this.index = index;
    }

    /** This chooser with another explainer, e.g. one that may read more. */
    public Chooser with(Explainer other) {
        return new Chooser(other, index);
    }

    /**
     * Chooses.
     *
     * @param scope through which the work can be cancelled
     * @throws InvalidRequestException if the request cannot be answered as it stands
     * @throws dev.finexl.store.StorageException if the index cannot be read
     * @throws java.util.concurrent.CancellationException if the scope was cancelled
     */
    public Selection select(SelectRequest request, ExplainListener listener, RunScope scope) {
        request.requireMeant();
        Choice choice = new Choice(request, listener, scope);
        return request.wish() != null ? choice.byWish() : choice.byLikeness();
    }

    /** One choice while it is made. */
    private final class Choice {

        private final SelectRequest request;
        private final ExplainListener listener;
        private final RunScope scope;
        private int explained;
        private Cost usage = Cost.NONE;

        Choice(SelectRequest request, ExplainListener listener, RunScope scope) {
            this.request = request;
            this.listener = listener;
            this.scope = scope;
        }

        Selection byWish() {
            // What cannot be read is refused before anything is explained, where the vocabulary is known by then.
            Wish wish = request.request().base() == null ? null : read(ofBase());
            List<IndexedModel> candidates = candidates();
            if (wish == null) {
                wish = read(ofIndex(candidates));
            }
            Fit fit = new Fit(wish);
            List<Chosen> best = best(
                    candidates,
                    fit::of,
                    scored -> chosen(
                            scored.model(),
                            scored.fit(),
                            fit.why(scored.model()),
                            fit.met(scored.model()),
                            fit.unasked(scored.model())));
            return new Selection(
                    wish.items().stream()
                            .map(item -> new Understood(
                                    item.said(),
                                    item.concept(),
                                    item.ask(),
                                    item.ask() == Wish.Ask.WANTED
                                            ? item.degree().adverb()
                                            : null,
                                    item.similarity()))
                            .toList(),
                    wish.ignored(),
                    null,
                    best,
                    candidates.size(),
                    explained,
                    usage);
        }

        Selection byLikeness() {
            IndexedModel like =
                    request.request().base() != null ? explained("like", request.like()) : named(request.like());
            Likeness likeness = new Likeness(like);
            List<IndexedModel> candidates = candidates().stream()
                    .filter(model -> !model.key().equals(like.key()))
                    .toList();
            List<Chosen> best = best(
                    candidates,
                    likeness::of,
                    scored -> chosen(scored.model(), scored.fit(), likeness.why(scored.model()), null, null));
            return new Selection(
                    null,
                    null,
                    chosen(like, 1, likeness.why(like), null, null),
                    best,
                    candidates.size(),
                    explained,
                    usage);
        }

        /** A reader of the base's vocabulary, which knows more words by the base's encoder. */
        private Reader ofBase() {
            ExplanationParts parts = explainer.parts(listener, scope);
            ExplanationParts.Prepared prepared = parts.prepare(againstItself(request.request()));
            return new Reader(
                    prepared.vocabulary(),
                    phrases -> new NearestConcepts(
                                    parts.words(prepared, prepared.vocabulary(), listener),
                                    vocabulary -> parts.words(prepared, vocabulary, listener))
                            .of(phrases));
        }

        /** A reader of the vocabulary that is asked for, or else of that by which most models were explained. */
        private Reader ofIndex(List<IndexedModel> candidates) {
            String asked = request.request().vocabulary();
            String name = asked == null ? mostUsed(candidates) : asked;
            try {
                return new Reader(ShippedConcepts.vocabulary(name), Wish.Nearest.NONE);
            } catch (ConceptInputException e) {
                throw new InvalidRequestException(
                        "request.vocabulary",
                        "the words of the wish are looked up in a vocabulary that ships, and '%s' is none: name one, or the"
                                        .formatted(name)
                                + " base");
            }
        }

        /** Of those that ship, whose words are known; if none was used, one that was, for the message. */
        private static String mostUsed(List<IndexedModel> candidates) {
            Map<String, Long> counts = candidates.stream()
                    .collect(Collectors.groupingBy(IndexedModel::vocabulary, TreeMap::new, Collectors.counting()));
            return counts.entrySet().stream()
                    .filter(count -> ShippedConcepts.VOCABULARIES.contains(count.getKey()))
                    .max(Map.Entry.comparingByValue())
                    .map(Map.Entry::getKey)
                    .orElseGet(() -> candidates.getFirst().vocabulary());
        }

        private record Reader(Vocabulary vocabulary, Wish.Nearest nearest) {}

        private Wish read(Reader reader) {
            try {
                return new WishReader(reader.vocabulary()).read(request.wish(), reader.nearest());
            } catch (ConceptInputException e) {
                throw new InvalidRequestException("wish", e);
            }
        }

        private List<IndexedModel> candidates() {
            if (request.models() != null) {
                List<IndexedModel> named = new ArrayList<>();
                for (int i = 0; i < request.models().size(); i++) {
                    named.add(explained(
                            "models[%d]".formatted(i), request.models().get(i)));
                }
                return named;
            }
            List<IndexedModel> all = index.orElseThrow(
                            () -> new InvalidRequestException(
                                    "models",
                                    "expected models to choose from: there is no index of explanations (finexl.index.location)"))
                    .all();
            if (request.request().base() != null) {
                String base = IndexedModel.baseHash(explainer
                        .subject(againstItself(request.request()), listener, scope)
                        .models());
                all = all.stream()
                        .filter(model -> model.baseHash().equals(base))
                        .toList();
            }
            if (all.isEmpty()) {
                throw new InvalidRequestException(
                        "models", "expected models to choose from: the index has none of this base");
            }
            return all;
        }

        /** A model as the index knows it, or as it is explained now. */
        private IndexedModel explained(String field, String text) {
            PersonalizedModel model = explainer.model(field, text);
            ExplainRequest explain = model.of(request.request());
            Explainer.Subject subject = explainer.subject(explain, listener, scope);
            Optional<IndexedModel> found = index.flatMap(known -> known.find(IndexedModel.key(subject)));
            return found.map(known -> known.called(subject.models())).orElseGet(() -> {
                explained++;
                Explanation explanation = explainer.explain(explain, listener, scope);
                usage = usage.plus(Cost.of(explanation));
                return IndexedModel.of(explanation).orElseThrow();
            });
        }

        /** A model of the index by its name or the reference of what makes it. */
        private IndexedModel named(String text) {
            return candidates().stream()
                    .filter(model -> model.model().label().equals(text)
                            || model.parts().size() == 1
                                    && model.parts().getFirst().reference().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new InvalidRequestException(
                            "like",
                            "the index has no model '%s'; expected one that has been explained, or 'request.base' as well"
                                    .formatted(text)));
        }

        private List<Chosen> best(
                List<IndexedModel> candidates, ToDoubleFunction<IndexedModel> fit, Function<Scored, Chosen> shown) {
            return candidates.stream()
                    .map(model -> new Scored(model, fit.applyAsDouble(model)))
                    .sorted(Comparator.comparingDouble(Scored::fit).reversed())
                    .limit(request.limit())
                    .map(shown)
                    .toList();
        }
    }

    private record Scored(IndexedModel model, double fit) {}

    private static Chosen chosen(
            IndexedModel model, double fit, String why, List<Selection.Met> met, List<Selection.Unasked> unasked) {
        return new Chosen(model.model().label(), model.base(), model.parts(), fit, why, met, unasked);
    }

    private static ExplainRequest againstItself(ExplainRequest request) {
        return request.toBuilder().personalized(request.base()).build();
    }
}
