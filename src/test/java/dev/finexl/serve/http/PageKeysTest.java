package dev.finexl.serve.http;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.finexl.account.ApiKeys;
import dev.finexl.account.Scope;
import dev.finexl.account.Tenant;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/** The page where only keys are let in: it asks for one, and then does all that it does elsewhere. */
@QuarkusTest
@TestProfile(KeyedProfile.class)
class PageKeysTest extends BrowserTest {

    @Inject
    ApiKeys keys;

    @Test
    void asksForAKeyAndThenLeadsToThePairs() throws IOException {
        String key = keys.create(new Tenant("page-test"), EnumSet.of(Scope.EXPLAIN, Scope.READ), null, "test")
                .secret();
        page.navigate(visitor.address("/"));
        use("fx_" + "A".repeat(43));
        assertThat(page.locator("dialog [role=alert]")).containsText("revoked or expired");
        browser.look("key-light", ColorScheme.LIGHT, 1280, 700);
        browser.expectError("401");
        use(key);
        assertThat(page.locator("#loras select")).isVisible();
        assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
        assertThat(page.evaluate("document.cookie")).as("what scripts can read").isEqualTo("");

        visitor.fromTheQuestionToThePairs();
        visitor.downloads();
        visitor.cancelsWhatRuns();
    }

    private void use(String key) {
        page.locator("dialog input").fill(key);
        visitor.button("Use it").click();
    }
}
