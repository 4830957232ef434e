package dev.finexl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.job.trace.Tracing;
import dev.finexl.store.Catalogue;
import dev.finexl.store.ModelReferenceException;
import dev.finexl.store.ResultStore;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the program is made of, with no configuration. */
@QuarkusTest
class WiringTest {

    @Inject
    Optional<ResultStore> results;

    @Inject
    Catalogue catalogue;

    @Inject
    Tracing tracing;

    @Test
    void followsNoExplanation() {
        assertThat(tracing).isSameAs(Tracing.NONE);
    }

    @Test
    void keepsNoResults() {
        assertThat(results).isEmpty();
    }

    @Test
    void readsNothingFromObjectStorage() {
        assertThatThrownBy(() -> catalogue.find("s3://bucket/model"))
                .isInstanceOf(ModelReferenceException.class)
                .hasMessageContaining("finexl.storage.allowed");
    }
}
