package dev.finexl.serve.http;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import dev.finexl.account.ApiKeys;
import dev.finexl.account.Scope;
import dev.finexl.account.Tenant;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The page of a service that wants a key, in a browser. */
@QuarkusTest
@TestProfile(KeyedProfile.class)
class KeyDialogTest {

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

    @Inject
    ApiKeys keys;

    @Test
    void asksForAKeyAndGoesOnWithIt() {
        assumeTrue(Files.isExecutable(CHROMIUM), "there is no " + CHROMIUM + "; Debian's package is chromium");
        String key = keys.create(new Tenant("page"), EnumSet.of(Scope.EXPLAIN, Scope.READ), null, "test")
                .secret();
        try (Playwright playwright = Playwright.create(
                        new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
                Browser browser = playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(CHROMIUM)
                                .setArgs(List.of("--no-sandbox", "--disable-gpu", "--no-first-run")))) {
            Page page = browser.newPage();
            page.navigate("http://localhost:" + RestAssured.port + "/");
            assertThat(page.getByRole(AriaRole.DIALOG)).isVisible();
            page.locator("dialog input").fill("fx_wrong");
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Use it"))
                    .click();
            assertThat(page.getByRole(AriaRole.DIALOG).getByRole(AriaRole.ALERT))
                    .containsText("revoked or expired");
            page.locator("dialog input").fill(key);
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Use it"))
                    .click();
            assertThat(page.locator("select[name=base]")).containsText("mini-diffusion");
            assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
            assertThat(page.evaluate("document.cookie"))
                    .as("what scripts can read")
                    .isEqualTo("");
        }
    }
}
