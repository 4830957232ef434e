package dev.finexl.serve.http;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.finexl.account.ApiKeys;
import dev.finexl.account.Scope;
import dev.finexl.account.Tenant;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/** The page where only keys are let in: it asks for one, and then does all that it does elsewhere. */
@QuarkusTest
@TestProfile(KeyedProfile.class)
class PageKeysTest {

    @Inject
    ApiKeys keys;

    @Test
    void asksForAKeyAndThenLeadsToThePairs() throws IOException {
        await().atMost(PageBrowser.LONG)
                .until(() -> given().get("/q/health/ready").statusCode() == 200);
        String key = keys.create(new Tenant("page-test"), EnumSet.of(Scope.EXPLAIN, Scope.READ), null, "test")
                .secret();
        try (PageBrowser browser = new PageBrowser()) {
            Page page = browser.newVisit();
            PageJourney visitor = new PageJourney(page, "http://localhost:" + RestAssured.port);
            page.navigate(visitor.address("/"));
            use(page, visitor, "fx_" + "A".repeat(43));
            assertThat(page.locator("dialog [role=alert]")).not().isEmpty();
            browser.look("key-light", ColorScheme.LIGHT, 1280, 700);
            browser.expectError("401");
            use(page, visitor, key);
            assertThat(page.locator("#loras select")).isVisible();

            visitor.fromTheQuestionToThePairs();
            visitor.downloads();
            visitor.cancelsWhatRuns();
            browser.endVisit();
        }
    }

    private static void use(Page page, PageJourney visitor, String key) {
        page.locator("dialog input").fill(key);
        visitor.button("Use it").click();
    }
}
