package dev.finexl.serve.http;

import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import dev.finexl.PackagedServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as the packaged program serves it, in a browser, from the question to the pairs and what can be taken away. */
class PageIT {

    @TempDir
    Path folder;

    private static void awaitReady(URI server) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest ready =
                    HttpRequest.newBuilder(server.resolve("/q/health/ready")).build();
            await().atMost(PageBrowser.LONG)
                    .until(() -> client.send(ready, HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200);
        }
    }

    @Test
    void leadsFromTheQuestionToThePairsAndRemembersThem() throws IOException, InterruptedException {
        Map<String, String> environment = Map.of(
                "FINEXL_JOBS_DIRECTORY", folder.resolve("jobs").toString(),
                "FINEXL_CACHE_LOCATION", folder.resolve("cache").toString());
        try (PageBrowser browser = new PageBrowser();
                PackagedServer server = new PackagedServer(folder.resolve("log"), environment)) {
            awaitReady(server.address());
            Page page = browser.newVisit();
            PageJourney visitor = new PageJourney(page, server.address().toString());
            visitor.fromTheQuestionToThePairs();
            visitor.downloads();
            // Again, from what is remembered.
            visitor.fromTheAnswerThatIsKnown();
            visitor.cancelsWhatRuns();
            browser.endVisit();
        }
    }
}
