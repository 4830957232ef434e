package dev.finexl.serve.http;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.restassured.RestAssured;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Tests of pages in a browser, against the service as it is tested: one browser for a class, and a new visitor for each test. */
abstract class BrowserTest {

    private static PageBrowser shared;

    protected PageBrowser browser;
    protected Page page;
    protected PageJourney visitor;

    @BeforeAll
    static void openBrowser() {
        shared = new PageBrowser();
    }

    @AfterAll
    static void closeBrowser() {
        if (shared != null) {
            shared.close();
            shared = null;
        }
    }

    @BeforeEach
    void beginVisit() {
        await().atMost(PageBrowser.LONG)
                .until(() -> given().get("/q/health/ready").statusCode() == 200);
        browser = shared;
        page = browser.newVisit();
        visitor = new PageJourney(page, "http://localhost:" + RestAssured.port);
    }

    @AfterEach
    void endVisit() {
        browser.endVisit();
    }

    /** Looks at the page as it is seen on a desk, by day and by night, and on a telephone. */
    protected void look(String name) {
        browser.look(name + "-light", ColorScheme.LIGHT, 1280, 900);
        browser.look(name + "-dark", ColorScheme.DARK, 1280, 900);
        browser.look(name + "-phone", ColorScheme.LIGHT, 375, 812);
    }
}
