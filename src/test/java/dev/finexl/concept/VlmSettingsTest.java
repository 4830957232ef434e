package dev.finexl.concept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.finexl.concept.VlmSettings.Budget;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VlmSettingsTest {

    private static final String KEY = "sk-do-not-tell";

    private static VlmSettings settings(String url, String model, String key, Duration timeout, int retries) {
        return new VlmSettings(URI.create(url), model, key, timeout, retries, 300, 4, 8, null, Budget.UNLIMITED);
    }

    @Test
    void keepTheKeyToThemselves() {
        VlmSettings settings = settings("http://localhost/v1", "looker", " " + KEY + "\n", Duration.ofSeconds(1), 0);
        assertThat(settings.apiKey()).isEqualTo(KEY);
        assertThat(settings).asString().doesNotContain(KEY).contains("looker");
        assertThat(settings("http://localhost/v1", "looker", " ", Duration.ofSeconds(1), 0)
                        .apiKey())
                .isNull();
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> settings("http://localhost/v1", "looker", KEY + "\nHost: x", Duration.ofSeconds(1), 0))
                .withMessage("finexl.proposer.api-key: expected printable ASCII characters only");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://host/v1", "host/v1", "http:/v1", "https://user:secret@host/v1"})
    void refuseAnAddressThatIsNone(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings(url, "looker", KEY, Duration.ofSeconds(1), 0))
                .withMessageContaining("finexl.proposer.base-url")
                .withMessageNotContaining("secret");
    }

    @Test
    void nameTheSettingAtFault() {
        String url = "https://host/v1";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings(url, null, KEY, Duration.ofSeconds(1), 0))
                .withMessageContaining("finexl.proposer.model");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings(url, "looker", KEY, Duration.ZERO, 0))
                .withMessageContaining("finexl.proposer.timeout");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings(url, "looker", KEY, Duration.ofSeconds(1), 6))
                .withMessage("finexl.proposer.retries: expected 0 to 5");
    }

    @Test
    void aLimitNeedsPrices() {
        assertThat(Budget.of(null, null, null)).isEqualTo(Budget.UNLIMITED);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Budget.of(1.0, null, 0.5))
                .withMessage("finexl.proposer.price-out: expected a price, since finexl.proposer.max-cost is set");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Budget.of(1.0, 2.0, -0.5))
                .withMessageContaining("finexl.proposer.max-cost");
        assertThatIllegalArgumentException().isThrownBy(() -> Budget.of(Double.NaN, 2.0, 0.5));
        assertThat(Budget.of(2.5, 10.0, 0.5).cost(10_000, 300)).isCloseTo(0.028, within(1e-12));
    }
}
