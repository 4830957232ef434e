package dev.finexl.concept;

import dev.finexl.concept.VlmSettings.Budget;
import java.util.List;
import java.util.Locale;

/**
 * A vision-language model as a proposer, behind any OpenAI-compatible chat endpoint that takes pictures.
 *
 * <p>The model is a stranger: it may be slow, dear, wrong, or repeat what somebody wrote into a picture. So it is asked
 * once (and again only where the server was busy or silent), not at all if that could cost more than allowed, and of its
 * reply only what {@link ProposalReply} admits goes any further. Nothing it says is quoted in a warning.
 *
 * <p>Thread-safe. Until {@link #propose} is called, no class of LangChain4j is loaded.
 */
public final class VlmConceptProposer implements ConceptProposer {

    private final VlmSettings settings;

    public VlmConceptProposer(VlmSettings settings) {
        this.settings = settings;
    }

    @Override
    public int pairs() {
        return settings.pairs();
    }

    @Override
    public Proposals propose(Vocabulary vocabulary, List<PicturePair> pairs) {
        ProposalPrompt prompt = new ProposalPrompt(pairs, settings.proposals());
        Budget budget = settings.budget();
        double most = (1 + settings.retries()) * budget.cost(prompt.tokenBound(), settings.maxTokens());
        if (most > budget.max()) {
            return nothing(String.format(
                    Locale.ROOT,
                    "The concept proposer was not asked: that might cost %.4g, and finexl.proposer.max-cost is %.4g.",
                    most,
                    budget.max()));
        }
        String reply;
        try {
            reply = new VlmChat(settings).ask(prompt);
        } catch (NoAnswerException e) {
            return nothing("The concept proposer did not answer: %s.".formatted(e.getMessage()));
        }
        ProposalReply read = ProposalReply.read(reply, vocabulary, settings.proposals());
        return new Proposals(settings.model(), read.concepts(), read.warnings());
    }

    private Proposals nothing(String warning) {
        return new Proposals(settings.model(), List.of(), List.of(warning));
    }
}
