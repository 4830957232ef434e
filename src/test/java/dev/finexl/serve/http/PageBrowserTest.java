package dev.finexl.serve.http;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class PageBrowserTest {

    private static final Path NOWHERE = Path.of("no", "such", "browser");

    @Test
    void testsThatAreToBeRunFailWithoutABrowser() {
        assertThatThrownBy(() -> PageBrowser.require(NOWHERE, "required"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("chromium");
    }

    @Test
    void othersAreSkipped() {
        assertThatThrownBy(() -> PageBrowser.require(NOWHERE, null)).isInstanceOf(TestAbortedException.class);
    }
}
