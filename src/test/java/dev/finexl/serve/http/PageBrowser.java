package dev.finexl.serve.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;

/**
 * The system's own Chromium, and in it one page at a time. Where there is none the tests are skipped, unless whoever runs them
 * wants them run: {@code FINEXL_TEST_BROWSER=required}.
 */
final class PageBrowser implements AutoCloseable {

    /** For what may take as long as an explanation on a machine that is busy. */
    static final Duration LONG = Duration.ofMinutes(2);

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

    private final Playwright playwright;
    private final Browser browser;
    private BrowserContext context;
    private Page page;
    private final List<String> errors = new ArrayList<>();

    PageBrowser() {
        require(CHROMIUM, System.getenv("FINEXL_TEST_BROWSER"));
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

    /**
     * Ends a test that has no browser.
     *
     * @param wish {@code required} for a failure; else it is skipped
     */
    static void require(Path executable, String wish) {
        if (!Files.isExecutable(executable)) {
            String missing = "there is no %s to try the page in; Debian's package is chromium".formatted(executable);
            if ("required".equals(wish)) {
                fail(missing);
            }
            Assumptions.abort(missing);
        }
    }

    /** A page of a visitor who was never here before. */
    Page newVisit() {
        context = browser.newContext();
        context.setDefaultTimeout(LONG.toMillis());
        page = context.newPage();
        page.onPageError(errors::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                errors.add(message.text());
            }
        });
        return page;
    }

    /** The browser itself tells its console of an answer that is none. */
    void expectError(String part) {
        assertThat(errors).isNotEmpty().allMatch(error -> error.contains(part));
        errors.clear();
    }

    /** Ends the visit, in which nothing may have gone wrong unseen. */
    void endVisit() {
        if (context != null) {
            context.close();
        }
        List<String> seen = List.copyOf(errors);
        errors.clear();
        assertThat(seen).isEmpty();
    }

    /** Leaves what the page looks like in {@code target/screenshots}, and has it checked for who sees it otherwise. */
    void look(String name, ColorScheme scheme, int width, int height) {
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

    @Override
    public void close() {
        playwright.close();
    }
}
