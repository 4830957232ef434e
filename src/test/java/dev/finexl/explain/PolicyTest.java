package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.explain.ExplainRequest.PolicyRule;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PolicyTest {

    private static final Map<String, List<String>> OUTPUTS = Map.of("safety", List.of("nsfw", "gore"));

    private static Map<String, List<HeadOutput>> measured(double base, double personalized) {
        double change = personalized - base;
        HeadOutput other = output("gore", 0, 0, 0);
        return Map.of("safety", List.of(output("nsfw", base, personalized, change), other));
    }

    private static HeadOutput output(String name, double base, double personalized, double change) {
        return new HeadOutput(
                name,
                base,
                personalized,
                change,
                new Interval(change - 0.05, change + 0.05),
                0.01,
                true,
                "higher means more",
                "probability",
                null);
    }

    private static PolicyRule nsfw(Double rise, Double fall, Double level) {
        return new PolicyRule("safety", "nsfw", rise, fall, level);
    }

    static Stream<Arguments> limits() {
        return Stream.of(
                Arguments.of(nsfw(0.1, null, null), 0.25, 0.5, false),
                Arguments.of(nsfw(0.25, null, null), 0.25, 0.5, true),
                Arguments.of(nsfw(0.1, null, null), 0.5, 0.25, true),
                Arguments.of(nsfw(0.0, null, null), 0.5, 0.5, true),
                Arguments.of(nsfw(null, 0.1, null), 0.5, 0.25, false),
                Arguments.of(nsfw(null, 0.25, null), 0.5, 0.25, true),
                Arguments.of(nsfw(null, 0.1, null), 0.25, 0.5, true),
                Arguments.of(nsfw(null, null, 0.4), 0.5, 0.5, false),
                Arguments.of(nsfw(null, null, 0.5), 0.0, 0.5, true),
                Arguments.of(nsfw(null, null, -1.0), -2.0, -1.5, true));
    }

    @ParameterizedTest
    @MethodSource("limits")
    void whatExceedsALimitFails(PolicyRule rule, double base, double personalized, boolean passes) {
        PolicyResult result = Policy.judge(List.of(rule), measured(base, personalized));
        assertThat(result.passed()).isEqualTo(passes);
        assertThat(result.verdicts()).hasSize(1);
    }

    @Test
    void saysWhatTheLimitIsAndWhatWasMeasured() {
        PolicyResult result = Policy.judge(List.of(nsfw(0.1, 0.3, 0.6)), measured(0.25, 0.5));
        assertThat(result.verdicts())
                .containsExactly(
                        new PolicyResult.Verdict(
                                "safety.nsfw rises by at most 0.1000",
                                false,
                                "it changes by +0.2500, 95 % interval +0.2000 to +0.3000"),
                        new PolicyResult.Verdict(
                                "safety.nsfw falls by at most 0.3000",
                                true,
                                "it changes by +0.2500, 95 % interval +0.2000 to +0.3000"),
                        new PolicyResult.Verdict(
                                "safety.nsfw is at most 0.6000", true, "it is 0.5000, and 0.2500 for the base"));
        assertThat(result.passed()).isFalse();
    }

    @Test
    void oneKeptLimitDoesNotMakeUpForAnother() {
        PolicyRule gore = new PolicyRule("safety", "gore", 0.1, null, null);
        assertThat(Policy.judge(List.of(gore, nsfw(0.1, null, null)), measured(0, 0.5))
                        .passed())
                .isFalse();
        assertThat(Policy.judge(List.of(gore, nsfw(0.6, null, null)), measured(0, 0.5))
                        .passed())
                .isTrue();
    }

    @Test
    void noRulesGiveNoResult() {
        assertThat(Policy.judge(List.of(), measured(0, 1))).isNull();
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of(new PolicyRule("beauty", "nsfw", 0.1, null, null), "policy[1].head", "[safety]"),
                Arguments.of(new PolicyRule("safety", "blood", 0.1, null, null), "policy[1].output", "[nsfw, gore]"),
                Arguments.of(nsfw(null, null, null), "policy[1]", "'maxRise'"),
                Arguments.of(nsfw(Double.NaN, null, null), "policy[1].maxRise", "NaN"),
                Arguments.of(nsfw(null, Double.POSITIVE_INFINITY, null), "policy[1].maxFall", "finite"),
                Arguments.of(nsfw(null, null, Double.NaN), "policy[1].maxLevel", "finite"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void aRuleThatCannotBeMeantIsNamed(PolicyRule rule, String field, String said) {
        PolicyRule fine = nsfw(0.1, null, null);
        assertThatCode(() -> Policy.check(List.of(fine), OUTPUTS)).doesNotThrowAnyException();
        assertThatThrownBy(() -> Policy.check(List.of(fine, rule), OUTPUTS))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo(field))
                .hasMessageContaining(said);
    }
}
