package dev.finexl.serve.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreferenceTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "wait=10 | 10",
                "respond-async, wait=10 | 10",
                "return=minimal; foo=bar, Wait = 7 | 7",
                "wait=\"5\" | 5",
                "wait=0 | 0",
                "wait=999999999 | 300"
            })
    void readsHowLongToWait(String header, long seconds) {
        assertThat(Preference.wait(List.of(header))).hasValue(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "await=10", "wait", "wait=-1", "wait=ten", "wait=10s", "wait=99999999999"})
    void ignoresWhatItDoesNotUnderstand(String header) {
        assertThat(Preference.wait(List.of(header))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "respond-async | true",
                "foo=bar, Respond-Async | true",
                "respond-async; x, wait=1 | true",
                "wait=0 | true",
                "'' | false",
                "respond-asynchronously | false",
                "no-respond-async | false",
                "wait=ten | false"
            })
    void readsWhetherTheAnswerMayComeLater(String header, boolean later) {
        assertThat(Preference.later(List.of(header))).isEqualTo(later);
    }

    @Test
    void readsAllHeadersOfTheName() {
        assertThat(Preference.wait(List.of("respond-async", "wait=3"))).hasValue(Duration.ofSeconds(3));
        assertThat(Preference.wait(List.of())).isEmpty();
    }
}
