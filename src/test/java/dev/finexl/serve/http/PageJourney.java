package dev.finexl.serve.http;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.finexl.embed.ImageDecoder;
import dev.finexl.embed.RgbImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a visitor does: from the question to the pairs that show the answer. The same in the tests of the page and of the packaged
 * program.
 */
final class PageJourney {

    private final Page page;
    private final String server;

    /** @param server its address, without a path */
    PageJourney(Page page, String server) {
        this.page = page;
        this.server = server;
    }

    String address(String path) {
        return server + path;
    }

    void ask(String lora, int images) {
        ask(lora, images, "");
    }

    /** @param precision empty for the default */
    private void ask(String lora, int images, String precision) {
        page.navigate(address("/"));
        page.locator("[name=lora]").selectOption("classpath:" + lora);
        page.getByText("Prompts, concepts, precision").click();
        page.getByLabel("Pictures a side").fill(Integer.toString(images));
        page.getByLabel("Precision").fill(precision);
        page.getByText("Prompts, concepts, precision").click();
        button("Explain").click();
    }

    Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    /** Asks for vivid, watches it come, and looks at the pairs that show it. */
    void fromTheQuestionToThePairs() {
        ask("vivid", 8);
        assertThat(page.getByLabel("Progress", new Page.GetByLabelOptions().setExact(true)))
                .isVisible();
        assertThat(page.locator("#sentence")).containsText("more vivid in colour");

        Locator first = page.locator("#aspects button").first();
        assertThat(first).containsText("vivid");
        first.click();
        assertThat(first).hasAttribute("aria-pressed", "true");
        assertThat(page.locator("#numbers")).containsText("much more vivid in colour");
        assertThat(page.locator("#pairs li")).hasCount(8);
        assertThat(page.locator("#extremes")).containsText(Pattern.compile("Shown best: “.+”, seed \\d"));
        List<Double> shows = page.locator("#pairs b").allTextContents().stream()
                .map(Double::valueOf)
                .toList();
        assertThat(shows).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        hasPictures();
    }

    /** Asks the same again, which costs nothing and shows the same pictures. */
    void fromTheAnswerThatIsKnown() {
        ask("vivid", 8);
        assertThat(page.locator("#sentence")).containsText("more vivid in colour");
        hasPictures();
        page.getByText("What it cost, and what it was made from").click();
        assertThat(page.locator("#provenance")).containsText("\"cached\": true");
    }

    /** Both pictures of the large pair and all of the small ones have been loaded. */
    void hasPictures() {
        page.waitForFunction("""
                () => ["left", "right"].every(id => document.getElementById(id).naturalWidth === 64)""");
        page.locator("#pairs li").last().scrollIntoViewIfNeeded();
        page.waitForFunction("""
                () => [...document.querySelectorAll("#pairs img")].every(image => image.naturalWidth === 64)""");
    }

    private byte[] download(String text) throws IOException {
        Locator what = page.locator("#downloads").getByText(text, new Locator.GetByTextOptions().setExact(true));
        Download download = page.waitForDownload(what::click);
        assertThat(download.suggestedFilename()).isEqualTo("explanation." + text.toLowerCase(Locale.ROOT));
        return Files.readAllBytes(download.path());
    }

    /** Takes the result away in every form. */
    void downloads() throws IOException {
        String report = new String(download("HTML"), StandardCharsets.UTF_8);
        assertThat(report).contains("much more vivid in colour", "data:image/png;base64,");
        assertThat(new ObjectMapper()
                        .readTree(download("JSON"))
                        .at("/aspects/0/name")
                        .asText())
                .isEqualTo("vivid");
        RgbImage bars = new ImageDecoder().decode(download("PNG"), "the bars");
        assertThat(bars.width()).isEqualTo(1920);
        // Of one colour it would be a picture of nothing.
        assertThat(bars).isNotEqualTo(new RgbImage(bars.width(), bars.height(), white(bars)));
    }

    private static byte[] white(RgbImage like) {
        byte[] rgb = new byte[3 * like.width() * like.height()];
        Arrays.fill(rgb, (byte) 0xFF);
        return rgb;
    }

    /** Begins what is never precise enough, and looks on until there are aspects and pairs. */
    void looksOn() {
        ask("vivid", 1000, "0.001");
        looksOnStill();
    }

    /** It runs, and shows what it has found so far. */
    void looksOnStill() {
        assertThat(page.locator("#aspects button").first()).containsText("vivid");
        assertThat(page.locator("#sentence")).hasText("So far");
        page.waitForFunction("""
                () => {
                  const images = [...document.querySelectorAll("#latest img")];
                  return images.length === 8 && images.every(image => image.naturalWidth === 64);
                }""");
        assertThat(button("Cancel")).isVisible();
    }

    /** Begins what would take for ever, and gives it up. */
    void cancelsWhatRuns() {
        ask("vivid", 1000);
        assertThat(page.locator("#stage")).hasText("Sampling");
        cancels();
    }

    void cancels() {
        button("Cancel").click();
        assertThat(page.getByRole(AriaRole.ALERT)).hasText("Cancelled.");
        assertThat(button("Explain")).isEnabled();
    }
}
