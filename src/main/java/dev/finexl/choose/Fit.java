package dev.finexl.choose;

import dev.finexl.choose.IndexedModel.Shown;
import dev.finexl.choose.Selection.Met;
import dev.finexl.choose.Selection.Unasked;
import dev.finexl.concept.Degree;
import dev.finexl.concept.Wish;
import dev.finexl.concept.Wish.Ask;
import dev.finexl.concept.Wish.Item;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How well a model fits a wish, by its explanation.
 *
 * <p>Let s be how much of a concept the model shows: its calibrated score, 1 being what asking the base for it does, or else
 * its score, and 0 where it does not show it. Each item of the wish is met to a degree m between 0 and 1:
 *
 * <ul>
 *   <li>wanted, with the amount t that was asked for ({@value #SLIGHTLY} for slightly, {@value #CLEARLY}, {@value #MUCH} for
 *       very): m = min(s / t, 1), so that more than enough counts no more; where slightly was asked for, what is above 2t
 *       counts against it, m = max(0, 1 &minus; (s &minus; 2t) / 2t);
 *   <li>unwanted: m = max(0, 1 &minus; s / {@value #CLEARLY});
 *   <li>not too much: the same of what is above {@value #NOT_TOO_MUCH}.
 * </ul>
 *
 * <p>What nobody asked for is u, the sum of s over the other aspects. The fit is the mean of m over the items, less {@value
 * #OFF_WISH} &middot; u / (u + 1), which grows with u and stays below {@value #OFF_WISH}: a model that does what was asked for and something
 * else still beats one that does neither. 1 is a model that does all of it and nothing else; it is above &minus;{@value
 * #OFF_WISH}.
 */
final class Fit {

    private static final double SLIGHTLY = 0.25;
    private static final double CLEARLY = 0.5;
    private static final double MUCH = 0.9;
    private static final double NOT_TOO_MUCH = 0.3;
    private static final double OFF_WISH = 0.25;
    /** From here on nobody would say that something is missing. */
    private static final double ENOUGH = 0.95;

    private final Map<String, Item> asked = new HashMap<>();
    private final Wish wish;
    /** How many items a model meets that shows nothing. */
    private final double metByNothing;

    Fit(Wish wish) {
        this.wish = wish;
        wish.items().forEach(item -> asked.put(item.concept(), item));
        this.metByNothing =
                wish.items().stream().mapToDouble(item -> met(item, 0)).sum();
    }

    /** The fit of a model. */
    double of(IndexedModel model) {
        double met = metByNothing;
        double unasked = 0;
        for (Shown shown : model.aspects()) {
            Item item = asked.get(shown.name());
            if (item == null) {
                unasked += shown.amount();
            } else {
                met += met(item, shown.amount()) - met(item, 0);
            }
        }
        return met / wish.items().size() - OFF_WISH * unasked / (unasked + 1);
    }

    private static double met(Item item, double amount) {
        return switch (item.ask()) {
            case WANTED -> wanted(item, amount);
            case UNWANTED -> Math.max(0, 1 - amount / CLEARLY);
            case NOT_TOO_MUCH -> Math.clamp(1 - (amount - NOT_TOO_MUCH) / CLEARLY, 0, 1);
        };
    }

    private static double wanted(Item item, double amount) {
        return switch (item.degree()) {
            case SLIGHTLY ->
                amount <= 2 * SLIGHTLY
                        ? Math.min(amount / SLIGHTLY, 1)
                        : Math.max(0, 1 - (amount - 2 * SLIGHTLY) / (2 * SLIGHTLY));
            case CLEARLY -> Math.min(amount / CLEARLY, 1);
            case MUCH -> Math.min(amount / MUCH, 1);
        };
    }

    /** How each item of the wish is met, in its order. */
    List<Met> met(IndexedModel model) {
        Map<String, Double> amounts = new HashMap<>();
        model.aspects().forEach(shown -> amounts.put(shown.name(), shown.amount()));
        return wish.items().stream()
                .map(item -> {
                    double amount = amounts.getOrDefault(item.concept(), 0.0);
                    return new Met(item.concept(), amount, met(item, amount));
                })
                .toList();
    }

    /** What the model shows and nobody asked for, strongest first. */
    List<Unasked> unasked(IndexedModel model) {
        return model.aspects().stream()
                .filter(shown -> !asked.containsKey(shown.name()))
                .map(shown -> new Unasked(shown.name(), shown.amount()))
                .toList();
    }

    /** Why it fits as it does, in a sentence. */
    String why(IndexedModel model) {
        List<String> said = new ArrayList<>();
        List<Met> met = met(model);
        for (int i = 0; i < met.size(); i++) {
            said.add(why(wish.items().get(i), met.get(i)));
        }
        List<Unasked> unasked = unasked(model);
        if (!unasked.isEmpty()) {
            said.add("not asked for: "
                    + String.join(
                            ", ",
                            unasked.stream()
                                    .map(aspect -> aspect.concept() + " " + number(aspect.amount()))
                                    .toList()));
        }
        return String.join("; ", said);
    }

    private static String why(Item item, Met met) {
        String shown = item.concept() + " " + number(met.amount());
        if (item.ask() == Ask.WANTED) {
            if (met.amount() == 0) {
                return item.concept() + " is missing";
            }
            boolean enough = met.met() >= ENOUGH;
            boolean much = !enough && met.amount() > SLIGHTLY && item.degree() == Degree.SLIGHTLY;
            return shown + (enough ? " as wished" : much ? ", more than wished" : ", less than wished");
        }
        String not = item.ask() == Ask.UNWANTED ? "not " : "not too ";
        if (met.amount() == 0) {
            return not + item.concept() + ", as wished";
        }
        return met.met() >= ENOUGH
                ? "%s, %s%s, as wished".formatted(shown, not, item.concept())
                : shown + " though unwanted";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
