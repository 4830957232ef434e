package dev.finexl.explain;

import dev.finexl.concept.Vocabulary;
import dev.finexl.explain.RequestResolver.Plan;
import dev.finexl.store.CatalogueEntry;
import java.util.function.Predicate;

/**
 * Whose answers are looked for and kept. Exists because an answer that comes at once tells who asks that somebody has asked
 * before: what was worked out for one tenant is found by him alone, but for what every user of a shared base has in common and
 * nobody chose: the base's pictures of prompts that ship, and the directions of words that ship.
 *
 * @param name whose, as part of the keys under which things are kept; empty for those who have no space of their own
 * @param own tells models that are his alone
 */
public record Space(String name, Predicate<CatalogueEntry> own) {

    /** Of those who have no space of their own. */
    public static final Space COMMON = new Space("", _ -> false);

    private static final String FOLDER = "tenants/";

    /** What the keys of a name's space begin with. */
    public static String prefix(String name) {
        return name.isEmpty() ? "" : FOLDER + name + "/";
    }

    /** What keys in this space begin with. */
    String prefix() {
        return prefix(name);
    }

    /** Whether what is measured of the base's pictures may be common. */
    boolean sharesBase(Plan plan, Comparison.Sampled sampled) {
        Comparison.Sampling sampling = sampled.sampling();
        return sharesEncoder(plan)
                && !own.test(sampled.base())
                && sampling.negativePrompt() == null
                && sampling.schedulerConfig() == null
                && !sampled.trigger().both();
    }

    /** Whether the directions of words may be common. */
    boolean sharesWords(Plan plan, Vocabulary vocabulary) {
        return sharesEncoder(plan) && !plan.ownConcepts() && vocabulary.equals(plan.vocabulary());
    }

    private boolean sharesEncoder(Plan plan) {
        return !plan.ownPrompts()
                && !own.test(plan.encoder())
                && plan.heads().stream().noneMatch(own);
    }
}
