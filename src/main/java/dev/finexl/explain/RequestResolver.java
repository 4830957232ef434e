package dev.finexl.explain;

import dev.finexl.concept.ConceptInputException;
import dev.finexl.concept.PromptSet;
import dev.finexl.concept.ShippedConcepts;
import dev.finexl.concept.Vocabulary;
import dev.finexl.generate.lora.LoraMetadata;
import dev.finexl.store.Catalogue;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelKind;
import dev.finexl.store.ModelReferenceException;
import dev.finexl.store.Transfer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Turns a request into a plan: finds every model, fills every gap from the models' own files, and refuses what cannot
 * be meant, naming the field, before any model is opened.
 */
final class RequestResolver {

    private static final String FALLBACK = "general";
    private static final String OWN_PROMPTS = "request";
    private static final String BUNDLED_ENCODER = "classpath:mini-clip";
    /** The fewest pairs with which a sign-flip test can reject at level 0.05. */
    private static final int ENOUGH_PAIRS = 6;
    /** The fewest pictures on each side with which a permutation test can. */
    private static final int ENOUGH_UNPAIRED = 4;

    private final Catalogue catalogue;
    private final String configuredEncoder;
    private final PictureModels pictureModels;

    /** @param configuredEncoder reference of the encoder for a base that names none; null for the bundled one */
    RequestResolver(Catalogue catalogue, String configuredEncoder) {
        this.catalogue = catalogue;
        this.configuredEncoder = configuredEncoder;
        this.pictureModels = new PictureModels(catalogue);
    }

    RequestResolver withCatalogue(Catalogue other) {
        return new RequestResolver(other, configuredEncoder);
    }

    /** This resolver for a caller who follows, and can stop, what it brings here from elsewhere. */
    RequestResolver during(Transfer transfer) {
        return withCatalogue(catalogue.during(transfer));
    }

    Catalogue catalogue() {
        return catalogue;
    }

    /**
     * A request with every choice made.
     *
     * @param comparison where the pictures come from
     * @param encoder the image and text encoder
     * @param prompts the prompts that pictures and concept directions share
     * @param vocabulary the concepts to look for
     * @param heads the aspect heads to measure
     * @param policy limits on what they measure
     * @param certainty how sure the answer has to be
     * @param warnings what the reader should know
     */
    record Plan(
            Comparison comparison,
            CatalogueEntry encoder,
            PromptSet prompts,
            Vocabulary vocabulary,
            List<CatalogueEntry> heads,
            List<ExplainRequest.PolicyRule> policy,
            Certainty certainty,
            List<String> warnings) {

        /** Whether the concepts are the request's own, rather than a vocabulary that ships. */
        boolean ownConcepts() {
            return vocabulary.name().equals(RequestConcepts.NAME);
        }

        /** Whether the prompts are the request's own, rather than a set that ships. */
        boolean ownPrompts() {
            return prompts.name().equals(OWN_PROMPTS);
        }

        /** Whether pair {@code j} is known to draw prompt {@code j mod prompts}. */
        boolean promptsKnown() {
            return switch (comparison) {
                case Comparison.Sampled _ -> true;
                case Comparison.Given given -> given.promptsKnown();
            };
        }

        /** The prompts that are really drawn, where there are fewer pictures than prompts. */
        PromptSet drawnPrompts() {
            int drawn = Math.min(comparison.images(), prompts.prompts().size());
            boolean all = !promptsKnown() || drawn == prompts.prompts().size();
            return all
                    ? prompts
                    : new PromptSet(prompts.name(), prompts.prompts().subList(0, drawn));
        }
    }

    /** @throws InvalidRequestException if the request cannot be answered as it stands */
    Plan resolve(ExplainRequest request) {
        boolean models = request.base() != null
                || request.personalized() != null
                || !request.loras().isEmpty()
                || !request.embeddings().isEmpty();
        boolean pictures = request.baseImages() != null || request.personalizedImages() != null;
        if (models == pictures) {
            throw new InvalidRequestException(
                    "base",
                    "expected either 'base' with 'loras' or 'personalized', or 'baseImages' with 'personalizedImages'");
        }
        List<String> warnings = new ArrayList<>();
        Plan plan = pictures ? resolveGiven(request, warnings) : resolveSampled(request, warnings);
        warnIfTooFew(plan.comparison(), warnings);
        return plan;
    }

    private Plan resolveSampled(ExplainRequest request, List<String> warnings) {
        if (request.pairing() != null) {
            throw new InvalidRequestException(
                    "pairing", "is for pictures that are given: those of models have the same seeds");
        }
        PictureModels.Sides sides = pictureModels.find(request);
        CatalogueEntry base = sides.base();
        if (request.personalized() == null
                && request.loras().isEmpty()
                && request.embeddings().isEmpty()) {
            throw new InvalidRequestException(
                    "loras", "expected 'loras', 'embeddings' or 'personalized': nothing to compare the base with");
        }
        List<Comparison.Lora> loras = new ArrayList<>();
        for (int i = 0; i < request.loras().size(); i++) {
            String field = "loras[%d].model".formatted(i);
            ExplainRequest.LoraChoice choice = request.loras().get(i);
            loras.add(new Comparison.Lora(field, find(field, choice.model(), ModelKind.LORA), choice.weight()));
        }
        List<Comparison.Embedding> embeddings = embeddings(request);
        ModelDefaults defaults = ModelDefaults.read(base.files());
        CatalogueEntry encoder = encoder(request.encoder(), first(defaults.encoder(), sides.textEncoder()));
        warnIfForeign(base.files().reference(), encoder, warnings);
        ModelDefaults encoderDefaults = ModelDefaults.read(encoder.files());
        PromptSet prompts = prompts(request, first(defaults.prompts(), encoderDefaults.prompts(), FALLBACK));
        int images = first(request.images(), prompts.prompts().size());
        if (images < 2) {
            throw new InvalidRequestException(
                    "images",
                    "at least 2 pictures are needed on each side: with one there is no telling chance from change");
        }
        Comparison comparison = new Comparison.Sampled(
                base,
                defaults,
                sides.personalized(),
                loras,
                embeddings,
                trigger(request, loras, embeddings),
                sampling(request, defaults.sampler()),
                images,
                first(request.seed(), 0L));
        return new Plan(
                comparison,
                encoder,
                prompts,
                vocabulary(request, defaults, encoderDefaults),
                heads(request, defaults, encoderDefaults, encoder, warnings),
                request.policy(),
                Certainty.of(request),
                warnings);
    }

    private List<Comparison.Embedding> embeddings(ExplainRequest request) {
        List<Comparison.Embedding> embeddings = new ArrayList<>();
        for (int i = 0; i < request.embeddings().size(); i++) {
            ExplainRequest.EmbeddingChoice choice = request.embeddings().get(i);
            String field = "embeddings[%d].model".formatted(i);
            CatalogueEntry entry = find(field, choice.model(), ModelKind.LORA);
            String token = OpenModels.inversion(entry, choice.token()).token();
            if (embeddings.stream().anyMatch(other -> other.token().equalsIgnoreCase(token))) {
                throw new InvalidRequestException(
                        "embeddings[%d].token".formatted(i),
                        "'%s' stands for another embedding already; expected a token of its own".formatted(token));
            }
            embeddings.add(new Comparison.Embedding(entry, token));
        }
        return embeddings;
    }

    private static Trigger trigger(
            ExplainRequest request, List<Comparison.Lora> loras, List<Comparison.Embedding> embeddings) {
        List<List<String>> named = new ArrayList<>();
        loras.forEach(lora -> named.add(triggers(lora)));
        embeddings.forEach(embedding -> named.add(List.of(embedding.token())));
        return Trigger.choose(request, named);
    }

    private static List<String> triggers(Comparison.Lora lora) {
        CatalogueEntry entry = lora.entry();
        try {
            return LoraMetadata.read(entry.files(), entry.file()).triggers();
        } catch (IOException e) {
            throw new ModelFileException(entry.files(), entry.file(), "cannot be read: " + e.getMessage(), e);
        }
    }

    private static Comparison.Sampling sampling(ExplainRequest request, ModelDefaults.Sampler defaults) {
        if (request.scheduler() != null && request.schedulerConfig() != null) {
            throw new InvalidRequestException("scheduler", "'scheduler' and 'schedulerConfig' exclude each other");
        }
        return new Comparison.Sampling(
                request.schedulerConfig() != null ? null : first(request.scheduler(), defaults.scheduler()),
                request.schedulerConfig(),
                first(request.steps(), defaults.steps()),
                first(request.guidanceScale(), defaults.guidanceScale()),
                request.negativePrompt(),
                first(request.height(), defaults.height()),
                first(request.width(), defaults.width()));
    }

    private Plan resolveGiven(ExplainRequest request, List<String> warnings) {
        if (request.trigger() != null || request.triggerBoth() != null) {
            throw new InvalidRequestException("trigger", "given pictures are not drawn, and have no use for a trigger");
        }
        CatalogueEntry base = folder("baseImages", request.baseImages());
        CatalogueEntry personalized = folder("personalizedImages", request.personalizedImages());
        boolean promptsKnown = request.prompts() != null || request.promptSet() != null;
        Comparison.Given given = GivenChoice.choose(base, personalized, request.pairing(), promptsKnown, warnings);
        if (!given.pairing().paired() && Boolean.TRUE.equals(request.propose())) {
            throw new InvalidRequestException(
                    "propose", "whoever proposes is shown pairs, and these pictures have none");
        }
        CatalogueEntry encoder = encoder(request.encoder(), null);
        warnIfForeign(base.files().reference(), encoder, warnings);
        ModelDefaults encoderDefaults = ModelDefaults.read(encoder.files());
        PromptSet prompts = prompts(request, first(encoderDefaults.prompts(), FALLBACK));
        if (!promptsKnown) {
            warnings.add(
                    ("The pictures' prompts are not known: what a concept changes was measured on the prompt set %s;"
                                    + " 'prompts' or 'promptSet' names others.")
                            .formatted(prompts.name()));
        }
        return new Plan(
                given,
                encoder,
                prompts,
                vocabulary(request, encoderDefaults, encoderDefaults),
                heads(request, ModelDefaults.EMPTY, encoderDefaults, encoder, warnings),
                request.policy(),
                Certainty.of(request),
                warnings);
    }

    /** Whoever names no encoder gets the bundled one, and with other pictures than it knows a warning of what that is worth. */
    private CatalogueEntry encoder(String requested, String ofBase) {
        return find("encoder", first(requested, ofBase, configuredEncoder, BUNDLED_ENCODER), ModelKind.ENCODER);
    }

    /**
     * Of n pairs there are 2^(n-1) patterns of signs, and the test's p-value is at least one of them; of two sides of n
     * pictures there are (2n choose n) deals.
     */
    private static void warnIfTooFew(Comparison comparison, List<String> warnings) {
        int enough = comparison.pairing().paired() ? ENOUGH_PAIRS : ENOUGH_UNPAIRED;
        if (comparison.images() < enough) {
            warnings.add("With %d pictures on each side no change can be told from chance; at least %d are needed."
                    .formatted(comparison.images(), enough));
        }
    }

    private static void warnIfForeign(String base, CatalogueEntry encoder, List<String> warnings) {
        if (Catalogue.isBundled(encoder) && !base.startsWith("classpath:")) {
            warnings.add(
                    ("Indicative only: the encoder %s was trained on the bundled miniature's world, and these pictures are"
                                    + " not of it. Its scores, levels and words say little of them; name an encoder that knows such"
                                    + " pictures.")
                            .formatted(encoder.reference()));
        }
    }

    private static PromptSet prompts(ExplainRequest request, String byDefault) {
        if (request.prompts() != null && request.promptSet() != null) {
            throw new InvalidRequestException("promptSet", "'prompts' and 'promptSet' exclude each other");
        }
        return request.prompts() != null
                ? checked("prompts", () -> new PromptSet(OWN_PROMPTS, request.prompts()))
                : checked("promptSet", () -> ShippedConcepts.promptSet(first(request.promptSet(), byDefault)));
    }

    private static Vocabulary vocabulary(ExplainRequest request, ModelDefaults base, ModelDefaults encoder) {
        if (request.concepts() != null && request.vocabulary() != null) {
            throw new InvalidRequestException("vocabulary", "'vocabulary' and 'concepts' exclude each other");
        }
        if (request.concepts() != null) {
            return checked("concepts", () -> RequestConcepts.vocabulary(request.concepts()));
        }
        String name = first(request.vocabulary(), base.vocabulary(), encoder.vocabulary(), FALLBACK);
        return checked("vocabulary", () -> ShippedConcepts.vocabulary(name));
    }

    private List<CatalogueEntry> heads(
            ExplainRequest request,
            ModelDefaults base,
            ModelDefaults ofEncoder,
            CatalogueEntry encoder,
            List<String> warnings) {
        return HeadChoice.choose(
                request,
                base,
                ofEncoder,
                encoder,
                (field, reference) -> find(field, reference, ModelKind.HEAD),
                warnings);
    }

    private static <T> T checked(String field, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (ConceptInputException e) {
            throw new InvalidRequestException(field, e);
        }
    }

    private CatalogueEntry find(String field, String reference, ModelKind expected) {
        return ModelFinder.find(catalogue, field, reference, expected);
    }

    private CatalogueEntry folder(String field, String reference) {
        if (reference == null) {
            throw new InvalidRequestException(field, "expected a folder of pictures");
        }
        try {
            return catalogue.folder(reference);
        } catch (ModelReferenceException e) {
            throw new InvalidRequestException(field, e);
        }
    }

    @SafeVarargs
    private static <T> T first(T... choices) {
        for (T choice : choices) {
            if (choice != null) {
                return choice;
            }
        }
        return null;
    }
}
