package dev.finexl.serve.http;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.SelectOption;
import dev.finexl.embed.PngEncoder;
import dev.finexl.embed.RgbImage;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page in a browser, against the service with the miniature. Leaves what it looked like in {@code target/screenshots}. */
@QuarkusTest
class PageTest extends BrowserTest {

    /** As a page that is read over a slow connection may at most be, without pictures. */
    private static final int FIRST_PAINT = 100_000;

    /** Pictures that are shown at a time while an explanation is made. */
    private static final int SHOWN = 8;

    private static String explained(Map<String, Object> request) {
        return given().contentType("application/json")
                .header("Prefer", "wait=120")
                .body(request)
                .post("/explanations")
                .path("id");
    }

    private static Map<String, Object> quick(Object... more) {
        Map<String, Object> request = new HashMap<>(
                Map.of("base", "mini-diffusion", "loras", List.of(Map.of("model", "vivid")), "images", 8, "steps", 8));
        for (int i = 0; i < more.length; i += 2) {
            request.put((String) more[i], more[i + 1]);
        }
        return request;
    }

    @Test
    void leadsFromTheQuestionToThePairsThatShowTheAnswer() throws IOException {
        visitor.fromTheQuestionToThePairs();
        browser.look("desktop-light", ColorScheme.LIGHT, 1280, 900);
        browser.look("desktop-dark", ColorScheme.DARK, 1280, 900);
        browser.look("phone-light", ColorScheme.LIGHT, 375, 812);
        browser.look("phone-dark", ColorScheme.DARK, 375, 812);
        page.setViewportSize(1280, 900);
        visitor.downloads();

        String link = page.url();
        page.locator("#report").click();
        assertThat(page.getByText("What it was made from")).isVisible();
        assertThat(page.locator("img").first()).isVisible();
        browser.look("report-light", ColorScheme.LIGHT, 1280, 900);
        browser.look("report-dark", ColorScheme.DARK, 1280, 900);

        page.navigate(link);
        assertThat(page.locator("#sentence")).containsText("more vivid in colour");
        visitor.hasPictures();
    }

    @Test
    void isUsedWithoutAPointer() {
        page.navigate(visitor.address("/#" + explained(quick())));
        Locator pair = page.locator("#pairs button").nth(3);
        pair.focus();
        page.keyboard().press("Enter");
        assertThat(pair).hasAttribute("aria-pressed", "true");
        assertThat(page.locator("#right"))
                .hasAttribute("src", Pattern.compile(".*/pairs/" + pair.getAttribute("data-pair") + "/personalized"));

        page.locator("#divider").focus();
        page.keyboard().press("End");
        assertThat(page.locator("#right")).hasCSS("clip-path", "inset(0px 0px 0px 100%)");
        page.keyboard().press("Home");
        assertThat(page.locator("#right")).hasCSS("clip-path", Pattern.compile("inset\\(0px( 0px 0px 0%)?\\)"));

        page.locator("#extremes button").last().focus();
        page.keyboard().press("Enter");
        assertThat(page.locator("#pairs button").last()).hasAttribute("aria-pressed", "true");
    }

    @Test
    void showsAspectsAndPairsBeforeTheEnd() {
        visitor.looksOn();
        look("running");
        // Who comes late sees all that there is.
        page.reload();
        visitor.looksOnStill();
        visitor.cancels();
        assertThat(page.locator("#aspects")).isHidden();
        assertThat(page.locator("#latest")).isHidden();
    }

    @Test
    void cancelsWhatRuns() {
        visitor.cancelsWhatRuns();
    }

    @Test
    void asksForNoPictureOfWhatItHasCancelled() {
        // None is answered.
        List<String> asked = new ArrayList<>();
        List<String> givenUp = new ArrayList<>();
        page.route("**/pairs/*/*", route -> asked.add(route.request().url()));
        page.onRequestFailed(request -> givenUp.add(request.url()));
        visitor.ask("vivid", 1000);
        // More than are shown at a time: also those that later ones have taken the place of.
        page.waitForCondition(() -> asked.size() > SHOWN);
        visitor.cancels();
        // Had it waited for them they would be errors now, as there are no pictures any more.
        page.waitForCondition(() -> givenUp.containsAll(asked));
    }

    @Test
    void leavesWhatItFollowedForWhatIsOpenedNext() {
        String ended = explained(quick());
        visitor.ask("vivid", 1000);
        assertThat(page.locator("#stage")).hasText("Sampling");
        String running = page.url().substring(page.url().indexOf('#') + 1);

        page.navigate(visitor.address("/#" + ended));
        assertThat(page.locator("#sentence")).containsText("vivid");
        assertThat(page.getByLabel("Progress", new Page.GetByLabelOptions().setExact(true)))
                .isHidden();
        page.goBack();
        assertThat(page.locator("#stage")).hasText("Sampling");
        page.goForward();
        assertThat(page.locator("#sentence")).containsText("vivid");

        given().delete("/explanations/" + running).then().statusCode(200);
        // Whoever still followed it would have been told before this answer.
        page.evaluate("id => fetch('explanations/' + id)", running);
        assertThat(page.getByRole(AriaRole.ALERT)).isHidden();
        assertThat(page.locator("#sentence")).containsText("vivid");
    }

    /** Pictures of one grey, so that there is something to tell apart. */
    private static FilePayload grey(String name, int level) {
        byte[] rgb = new byte[3 * 64 * 64];
        Arrays.fill(rgb, (byte) level);
        return new FilePayload(name, "image/png", PngEncoder.encode(new RgbImage(64, 64, rgb)));
    }

    private static FilePayload[] greys(int... levels) {
        FilePayload[] files = new FilePayload[levels.length];
        for (int i = 0; i < levels.length; i++) {
            files[i] = grey(i + ".png", levels[i]);
        }
        return files;
    }

    private void drop(String label, FilePayload... files) {
        List<Map<String, String>> contents = Arrays.stream(files)
                .map(file -> Map.of(
                        "name",
                        file.name,
                        "type",
                        file.mimeType,
                        "base64",
                        Base64.getEncoder().encodeToString(file.buffer)))
                .toList();
        Object dropped = page.evaluateHandle("""
                files => {
                  const all = new DataTransfer();
                  for (const {name, type, base64} of files) {
                    all.items.add(new File([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], name, {type}));
                  }
                  return all;
                }""", contents);
        page.locator(".drop")
                .filter(new Locator.FilterOptions().setHasText(label))
                .dispatchEvent("drop", Map.of("dataTransfer", dropped));
    }

    @Test
    void comparesPicturesThatAreChosenOrDropped() {
        page.navigate(visitor.address("/"));
        page.getByLabel("two sets of pictures").check();
        visitor.button("Explain").click();
        assertThat(page.locator("#running")).isHidden();

        page.getByLabel("Pictures of the base").setInputFiles(greys(200, 210, 220, 230));
        FilePayload[] darker = greys(20, 30, 40, 50);
        FilePayload[] some = Arrays.copyOf(darker, 5);
        some[4] = new FilePayload("notes.txt", "text/plain", new byte[1]);
        drop("Pictures of the personalized", some);
        assertThat(page.locator(".drop").last()).containsText("4 pictures: 0.png … 3.png. 1 left out: no pictures.");
        browser.look("pictures-light", ColorScheme.LIGHT, 1280, 900);
        visitor.button("Explain").click();
        assertThat(page.locator("#share")).containsText("4 pictures on each side");
    }

    @Test
    void takesAReferenceThatIsTyped() {
        page.navigate(visitor.address("/"));
        page.locator("[name=lora]").selectOption(new SelectOption().setLabel("another: type where it is"));
        Locator typed = page.getByLabel("Where it is: LoRA");
        typed.fill("s3://nowhere/style.safetensors");
        visitor.button("Explain").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("loras");
        typed.fill("classpath:vivid");
        page.getByText("Prompts, concepts, precision").click();
        page.getByLabel("Pictures a side").fill("8");
        page.getByLabel("Concepts, one a line").fill("palette: vivid\nlight: dark");
        page.getByLabel("Method").selectOption("nnls");
        page.getByLabel("Seed").fill("7");
        page.getByLabel("Confidence").fill("0.9");
        browser.look("form-light", ColorScheme.LIGHT, 1280, 900);
        visitor.button("Explain").click();
        assertThat(page.locator("#share")).containsText("by nnls");
        assertThat(page.locator("#pairs")).containsText("seed 14");
    }

    @Test
    void saysWhatTheServiceRefuses() {
        page.navigate(visitor.address("/#nothing"));
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("there is no such explanation");
        browser.expectError("404");
    }

    @Test
    void saysThatThePicturesAreNotKept() {
        page.navigate(visitor.address("/#" + explained(quick("pictures", false))));
        assertThat(page.locator("#unkept")).isVisible();
        assertThat(page.locator("#pairs li")).hasCount(8);
        assertThat(page.locator("#pairs img")).hasCount(0);
        // Asked for again they are drawn, even though the answer is known.
        Request again = page.waitForRequest(
                "**/explanations", () -> visitor.button("Explain").click());
        assertThat(again.postData()).contains("\"pictures\":true");
        visitor.hasPictures();
    }

    @Test
    void takesTextOfOthersForText() {
        String hostile = "<img src=x onerror=alert(1)>";
        String id = explained(quick(
                "concepts",
                List.of(Map.of("name", hostile, "wordings", List.of("vivid style")), Map.of("name", "dark")),
                "prompts",
                List.of("a red circle " + hostile, "a blue square")));
        page.navigate(visitor.address("/#" + id));
        assertThat(page.locator("#sentence")).not().isEmpty();
        assertThat(page.locator("img[src=x]")).hasCount(0);
    }

    @ParameterizedTest
    @CsvSource({"/, #loras select", "/compare.html, #picks [name=model] >> nth=0"})
    void isSmallWhenItIsFirstPainted(String path, String filled) {
        List<Integer> bytes = new ArrayList<>();
        page.onResponse(response -> bytes.add(response.body().length));
        page.navigate(visitor.address(path));
        assertThat(page.locator(filled)).isVisible();
        assertThat(bytes.stream().mapToInt(Integer::intValue).sum()).isBetween(1, FIRST_PAINT);
    }
}
