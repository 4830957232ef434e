package dev.finexl.serve.http;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The page that compares and chooses, in a browser, against the service with the miniature. */
@QuarkusTest
class ComparePageTest extends BrowserTest {

    @BeforeEach
    void openPage() {
        page.navigate(visitor.address("/"));
        page.getByText("Compare and choose").click();
        assertThat(page.locator("#picks input[name=model]").first()).isVisible();
    }

    private void pick(Set<String> loras) {
        for (Locator box : page.locator("#picks input[name=model]").all()) {
            box.setChecked(loras.contains(box.getAttribute("value").replace("classpath:", "")));
        }
    }

    private void compare(int images) {
        page.getByLabel("Pictures of each").fill(Integer.toString(images));
        visitor.button("Compare").click();
    }

    private void choose(String wish) {
        page.getByLabel("Wish").fill(wish);
        visitor.button("Choose").click();
    }

    @Test
    void comparesWhatIsPickedAndChoosesAmongIt() {
        pick(Set.of("vivid", "pixelated"));
        compare(16);
        Locator result = page.locator("#result");
        assertThat(result).containsText("more vivid in colour than those of");
        assertThat(page.locator(".legend li")).hasText(new String[] {"vivid", "pixelated"});
        Locator scores = page.getByRole(AriaRole.REGION, new Page.GetByRoleOptions().setName("Scores"));
        assertThat(scores.getByRole(AriaRole.ROWHEADER).filter(new Locator.FilterOptions().setHasText("vivid")))
                .hasCount(1);
        assertThat(page.getByRole(AriaRole.REGION, new Page.GetByRoleOptions().setName("Differences")))
                .containsText("vivid less pixelated");
        look("compare");

        // It has an address, and a report.
        String link = page.url();
        assertThat(page.locator("#downloads a").last()).hasAttribute("href", link.substring(link.indexOf('#')));
        page.reload();
        assertThat(result).containsText("more vivid in colour than those of");
        page.getByText("Report").click();
        assertThat(page.getByText("more vivid in colour than those of").first()).isVisible();
        page.goBack();
        assertThat(page.locator("#picks input[name=model]").first()).isVisible();
        pick(Set.of("vivid", "pixelated"));

        choose("vivid, not too dark");
        Locator ranking = page.locator("#ranking li");
        assertThat(ranking).hasCount(2);
        assertThat(ranking.first()).containsText("vivid");
        assertThat(ranking.first()).containsText("as wished");
        assertThat(result).containsText("Wished: vivid, not too dark.");
        look("choose");

        ranking.first().getByRole(AriaRole.BUTTON).click();
        assertThat(result).containsText("Most like vivid: alike: vivid");
        assertThat(ranking).hasCount(1);

        page.getByLabel("among all models explained so far").check();
        choose("pixel art");
        assertThat(ranking.first()).containsText("pixelated");
        assertThat(result).containsText("0 of them explained now");
    }

    @Test
    void cancelsWhatRuns() {
        pick(Set.of("vivid", "pixelated"));
        compare(1000);
        assertThat(page.locator("#stage")).hasText("Sampling");
        assertThat(page.locator("#part")).containsText("of 3000");
        assertThat(page.getByLabel("Progress", new Page.GetByLabelOptions().setExact(true)))
                .isVisible();
        look("comparing");
        // Who comes late goes on looking on.
        page.reload();
        assertThat(page.locator("#stage")).hasText("Sampling");
        visitor.button("Cancel").click();
        assertThat(page.getByRole(AriaRole.ALERT)).hasText("Cancelled.");
        assertThat(page.locator("#running")).isHidden();
    }

    @Test
    void saysWhatTheServiceRefuses() {
        pick(Set.of("vivid"));
        compare(8);
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("between 2 and 8");
        choose("qzxv");
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("qzxv");
        browser.expectError("400");
    }

    @Test
    void takesTextOfOthersForText() {
        pick(Set.of("vivid"));
        page.getByLabel("Pictures of each").fill("8");
        choose("vivid, qz<img src=x onerror=alert(1)>xv");
        assertThat(page.locator("#ranking li")).hasCount(1);
        assertThat(page.locator("#result")).containsText("ignored: qz img src x onerror alert 1 xv");
        assertThat(page.locator("img")).hasCount(0);
    }
}
