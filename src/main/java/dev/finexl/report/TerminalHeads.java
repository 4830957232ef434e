package dev.finexl.report;

import dev.finexl.explain.Explanation;
import dev.finexl.explain.HeadOutput;
import dev.finexl.explain.PolicyResult;
import java.util.Locale;

/**
 * What the aspect heads of an explanation measured, as lines of text: the numbers that changed by more than chance,
 * strongest first, from their mean on the base's pictures to that on the personalised ones, and the verdicts of the
 * policy.
 */
public final class TerminalHeads {

    private TerminalHeads() {}

    /** A line for each number that changed, grouped by head; empty if none did. */
    public static String renderChanges(Explanation explanation) {
        StringBuilder text = new StringBuilder();
        explanation.heads().forEach((head, outputs) -> {
            int names = outputs.stream()
                    .filter(HeadOutput::changed)
                    .mapToInt(output -> output.name().length())
                    .max()
                    .orElse(0);
            if (names > 0) {
                text.append("Measured by %s:%n".formatted(head));
                outputs.stream().filter(HeadOutput::changed).forEach(output -> text.append(line(output, names)));
            }
        });
        return text.toString();
    }

    private static String line(HeadOutput output, int names) {
        return String.format(
                Locale.ROOT,
                "  %-" + names + "s  %.3g -> %.3g  %+.3g [%+.3g, %+.3g]%s%n",
                output.name(),
                output.base(),
                output.personalized(),
                output.change(),
                output.interval().low(),
                output.interval().high(),
                remark(output));
    }

    /** With enough pictures a change is certain that is smaller than what the head gets wrong about a single one. */
    private static String remark(HeadOutput output) {
        boolean small = output.heldOutError() != null && Math.abs(output.change()) < output.heldOutError();
        return small ? String.format(Locale.ROOT, "  (the head errs by %.3g)", output.heldOutError()) : "";
    }

    /** A line for the policy and one for each of its limits; empty if there is no policy. */
    public static String renderPolicy(Explanation explanation) {
        PolicyResult policy = explanation.policy();
        if (policy == null) {
            return "";
        }
        StringBuilder text = new StringBuilder("Policy %s:%n".formatted(word(policy.passed())));
        for (PolicyResult.Verdict verdict : policy.verdicts()) {
            text.append("  %s: %s; %s%n".formatted(word(verdict.passed()), verdict.rule(), verdict.reason()));
        }
        return text.toString();
    }

    private static String word(boolean passed) {
        return passed ? "passed" : "failed";
    }
}
