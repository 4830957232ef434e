package dev.finexl.serve.http;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The page in a browser, against the service with the miniature. Leaves what it looked like in {@code target/screenshots}. */
@QuarkusTest
class PageTest {

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Duration LONG = Duration.ofMinutes(2);
    /** As a page that is read over a slow connection may at most be, without pictures. */
    private static final int FIRST_PAINT = 100_000;

    private static Playwright playwright;
    private static Browser browser;

    private BrowserContext context;
    private Page page;
    private final List<String> errors = new ArrayList<>();

    @BeforeAll
    static void openBrowser() {
        assumeTrue(Files.isExecutable(CHROMIUM), "there is no " + CHROMIUM + "; Debian's package is chromium");
        PlaywrightAssertions.setDefaultAssertionTimeout(LONG.toMillis());
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync")));
    }

    @AfterAll
    static void closeBrowser() {
        if (playwright != null) {
            playwright.close();
        }
    }

    @BeforeEach
    void openPage() {
        await().atMost(LONG).until(() -> given().get("/q/health/ready").statusCode() == 200);
        context = browser.newContext();
        context.setDefaultTimeout(LONG.toMillis());
        page = context.newPage();
        page.onPageError(errors::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                errors.add(message.text());
            }
        });
    }

    @AfterEach
    void closePage() {
        if (context != null) {
            context.close();
        }
        assertThat(errors).isEmpty();
    }

    private static String address(String path) {
        return "http://localhost:" + RestAssured.port + path;
    }

    private void ask(String lora, int images) {
        page.navigate(address("/"));
        page.locator("#loras select").selectOption("classpath:" + lora);
        page.getByText("Prompts, concepts, method").click();
        page.getByLabel("At most so many pictures on each side").fill(Integer.toString(images));
        page.getByText("Prompts, concepts, method").click();
        page.getByText("Explain", new Page.GetByTextOptions().setExact(true)).click();
    }

    private void look(String name, ColorScheme scheme, int width, int height) {
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
        page.setViewportSize(width, height);
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(Path.of("target/screenshots", name + ".png"))
                .setFullPage(true));
        List<Rule> serious = new AxeBuilder(page)
                .analyze().getViolations().stream()
                        .filter(rule -> Set.of("serious", "critical").contains(rule.getImpact()))
                        .toList();
        assertThat(serious).as("axe's findings on " + name).isEmpty();
        assertThat(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
                .as("fits its width on " + name)
                .isEqualTo(true);
    }

    @Test
    void leadsFromTheQuestionToThePairsThatShowTheAnswer() {
        ask("vivid", 8);
        assertThat(page.getByLabel("Progress")).isVisible();
        assertThat(page.locator("#sentence")).containsText("more vivid in colour");

        Locator first = page.locator("#aspects button").first();
        assertThat(first).containsText("vivid");
        first.click();
        assertThat(page.locator("#rows tr")).hasCount(8);
        List<Double> shows = page.locator("#rows td:first-child").allTextContents().stream()
                .map(Double::valueOf)
                .toList();
        assertThat(shows).isSortedAccordingTo((a, b) -> Double.compare(b, a));

        look("desktop-light", ColorScheme.LIGHT, 1280, 900);
        look("desktop-dark", ColorScheme.DARK, 1280, 900);
        look("phone-light", ColorScheme.LIGHT, 375, 812);

        String link = page.url();
        page.locator("#report").click();
        assertThat(page.getByText("What it was made from")).isVisible();
        look("report-light", ColorScheme.LIGHT, 1280, 900);
        look("report-dark", ColorScheme.DARK, 1280, 900);

        page.navigate(link);
        assertThat(page.locator("#sentence")).containsText("more vivid in colour");
    }

    @Test
    void cancelsWhatRuns() {
        ask("vivid", 1000);
        assertThat(page.locator("#stage")).containsText(Pattern.compile("sampling"));
        page.getByText("Cancel", new Page.GetByTextOptions().setExact(true)).click();
        assertThat(page.getByRole(AriaRole.ALERT)).hasText("Cancelled.");
    }

    @Test
    void saysWhatTheServiceRefuses() {
        page.navigate(address("/#nothing"));
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("there is no such explanation");
        // The browser itself tells its console of a 404.
        errors.removeIf(error -> error.contains("404"));
    }

    @Test
    void takesTextOfOthersForText() {
        String hostile = "<img src=x onerror=alert(1)>";
        String id = given().contentType("application/json")
                .header("Prefer", "wait=120")
                .body(Map.of(
                        "base",
                        "mini-diffusion",
                        "loras",
                        List.of(Map.of("model", "vivid")),
                        "images",
                        8,
                        "concepts",
                        List.of(Map.of("name", hostile), Map.of("name", "dark"))))
                .post("/explanations")
                .path("id");
        page.navigate(address("/#" + id));
        assertThat(page.locator("#sentence")).not().isEmpty();
        assertThat(page.locator("img")).hasCount(0);
    }

    @Test
    void isSmallWhenItIsFirstPainted() {
        List<Integer> bytes = new ArrayList<>();
        page.onResponse(response -> bytes.add(response.body().length));
        page.navigate(address("/"));
        assertThat(page.locator("#loras select")).isVisible();
        assertThat(bytes.stream().mapToInt(Integer::intValue).sum()).isBetween(1, FIRST_PAINT);
    }
}
