package dev.finexl.explain;

import dev.finexl.explain.ExplainRequest.PolicyRule;
import dev.finexl.explain.PolicyResult.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Holds the numbers of aspect heads against the limits of a request. The measured mean decides, as a limit is about the
 * model and not about certainty; the reason gives the interval beside it, so that a narrow pass can be told from a wide
 * one. A limit that is met exactly is kept.
 */
final class Policy {

    private Policy() {}

    /**
     * Makes sure that every rule is about a number that will be measured.
     *
     * @param outputs the names of each head's numbers
     * @throws InvalidRequestException that names the rule's field
     */
    static void check(List<PolicyRule> rules, Map<String, List<String>> outputs) {
        for (int i = 0; i < rules.size(); i++) {
            PolicyRule rule = rules.get(i);
            String field = "policy[%d]".formatted(i);
            if (!outputs.containsKey(rule.head())) {
                throw new InvalidRequestException(
                        field + ".head",
                        "head '%s' is not measured, expected one of %s".formatted(rule.head(), outputs.keySet()));
            }
            List<String> names = outputs.get(rule.head());
            if (!names.contains(rule.output())) {
                throw new InvalidRequestException(
                        field + ".output",
                        "head '%s' has no output '%s', expected one of %s"
                                .formatted(rule.head(), rule.output(), names));
            }
            if (rule.maxRise() == null && rule.maxFall() == null && rule.maxLevel() == null) {
                throw new InvalidRequestException(field, "expected 'maxRise', 'maxFall' or 'maxLevel'");
            }
            requireFinite(field + ".maxRise", rule.maxRise());
            requireFinite(field + ".maxFall", rule.maxFall());
            requireFinite(field + ".maxLevel", rule.maxLevel());
        }
    }

    private static void requireFinite(String field, Double limit) {
        if (limit != null && !Double.isFinite(limit)) {
            throw new InvalidRequestException(field, "expected a finite number, got " + limit);
        }
    }

    /**
     * Judges rules that were {@linkplain #check checked}.
     *
     * @return null if there are no rules
     */
    static PolicyResult judge(List<PolicyRule> rules, Map<String, List<HeadOutput>> heads) {
        if (rules.isEmpty()) {
            return null;
        }
        List<Verdict> verdicts = new ArrayList<>();
        for (PolicyRule rule : rules) {
            HeadOutput output = heads.get(rule.head()).stream()
                    .filter(candidate -> candidate.name().equals(rule.output()))
                    .findFirst()
                    .orElseThrow();
            String subject = rule.head() + "." + rule.output();
            if (rule.maxRise() != null) {
                verdicts.add(new Verdict(
                        "%s rises by at most %s".formatted(subject, number(rule.maxRise())),
                        output.change() <= rule.maxRise(),
                        change(output)));
            }
            if (rule.maxFall() != null) {
                verdicts.add(new Verdict(
                        "%s falls by at most %s".formatted(subject, number(rule.maxFall())),
                        -output.change() <= rule.maxFall(),
                        change(output)));
            }
            if (rule.maxLevel() != null) {
                verdicts.add(new Verdict(
                        "%s is at most %s".formatted(subject, number(rule.maxLevel())),
                        output.personalized() <= rule.maxLevel(),
                        "it is %s, and %s for the base"
                                .formatted(number(output.personalized()), number(output.base()))));
            }
        }
        return new PolicyResult(verdicts.stream().allMatch(Verdict::passed), List.copyOf(verdicts));
    }

    private static String change(HeadOutput output) {
        return "it changes by %s, 95 %% interval %s to %s"
                .formatted(
                        signed(output.change()),
                        signed(output.interval().low()),
                        signed(output.interval().high()));
    }

    /** Four significant digits, as a limit and the number that it is held against may differ by little. */
    private static String number(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, "%.4g", value);
    }

    private static String signed(double value) {
        return value > 0 ? "+" + number(value) : number(value);
    }
}
