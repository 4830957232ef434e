package dev.finexl.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When an issuer is asked for its keys, and what holds while it does not answer. */
class IssuerKeysTest {

    private final AtomicInteger asked = new AtomicInteger();
    private volatile Instant now = Instant.parse("2026-11-28T12:00:00Z");
    private volatile IssuerKeys.Issuer issuer = () -> set("a");
    private final IssuerKeys keys = new IssuerKeys(this::ask, () -> now);

    private JWKSet ask() throws IOException {
        asked.incrementAndGet();
        return issuer.keys();
    }

    private static JWKSet set(String... ids) {
        return new JWKSet(List.of(ids).stream()
                .map(id -> (JWK)
                        new OctetSequenceKey.Builder(new byte[16]).keyID(id).build())
                .toList());
    }

    private static JWKSet silence() throws IOException {
        throw new IOException("it does not answer");
    }

    private List<String> find(String id) throws KeySourceException {
        return keys.get(new JWKSelector(new JWKMatcher.Builder().keyID(id).build()), null).stream()
                .map(JWK::getKeyID)
                .toList();
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    @Test
    void asksOnceUntilWhatItKnowsIsOld() throws KeySourceException {
        for (int i = 0; i < 3; i++) {
            assertThat(find("a")).containsExactly("a");
        }
        pass(IssuerKeys.FRESH);
        assertThat(find("a")).containsExactly("a");
        assertThat(asked).hasValue(1);
        pass(Duration.ofMillis(1));
        assertThat(find("a")).containsExactly("a");
        assertThat(asked).hasValue(2);
    }

    @Test
    void aKeyThatIsWithdrawnIsGoodForNoLonger() throws KeySourceException {
        assertThat(find("a")).containsExactly("a");
        issuer = () -> set("b");
        pass(IssuerKeys.FRESH.plusMillis(1));
        assertThat(find("a")).isEmpty();
        assertThat(find("b")).containsExactly("b");
        assertThat(asked).hasValue(2);
    }

    @Test
    void asksAtOnceForAKeyThatItDoesNotKnow() throws KeySourceException {
        assertThat(find("a")).containsExactly("a");
        issuer = () -> set("a", "b");
        assertThat(find("b")).containsExactly("b");
        issuer = () -> set("b", "c");
        assertThat(find("c")).containsExactly("c");
        assertThat(asked).hasValue(3);
    }

    @Test
    void doesNotAskForEveryKeyThatNobodyHas() throws KeySourceException {
        for (int i = 0; i < 100; i++) {
            assertThat(find("forged" + i)).isEmpty();
        }
        assertThat(asked).hasValue(1);
        assertThat(find("a")).as("a key that is known").containsExactly("a");
        issuer = () -> set("a", "b");
        assertThat(find("b")).isEmpty();
        pass(IssuerKeys.PAUSE);
        assertThat(find("b")).containsExactly("b");
        assertThat(asked).hasValue(2);
    }

    @Test
    void goesOnForAWhileWithWhatItKnowsOfAnIssuerThatDoesNotAnswer() throws KeySourceException {
        assertThat(find("a")).containsExactly("a");
        issuer = IssuerKeysTest::silence;
        pass(IssuerKeys.USABLE);
        assertThat(find("a")).containsExactly("a");
        assertThatThrownBy(() -> find("b")).as("may be a new key").isInstanceOf(KeySourceException.class);
        pass(Duration.ofMillis(1));
        assertThatThrownBy(() -> find("a")).isInstanceOf(KeySourceException.class);
        assertThat(asked).as("not for each caller").hasValue(2);
        issuer = () -> set("a");
        pass(IssuerKeys.PAUSE);
        assertThat(find("a")).containsExactly("a");
        assertThat(find("b")).isEmpty();
    }

    @Test
    void asksOnceForAllThatWait() throws Exception {
        CountDownLatch asking = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        issuer = () -> {
            asking.countDown();
            awaitQuietly(answer);
            return set("a");
        };
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<String>>> found = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                found.add(callers.submit((Callable<List<String>>) () -> find("a")));
            }
            asking.await();
            answer.countDown();
            for (Future<List<String>> each : found) {
                assertThat(each.get()).containsExactly("a");
            }
        }
        assertThat(asked).hasValue(1);
    }

    @Test
    void nobodyWaitsWhoseKeyIsKnown() throws Exception {
        assertThat(find("a")).containsExactly("a");
        pass(IssuerKeys.FRESH.plusMillis(1));
        CountDownLatch asking = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        issuer = () -> {
            asking.countDown();
            awaitQuietly(answer);
            return set("a", "b");
        };
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<List<String>> waiting = callers.submit((Callable<List<String>>) () -> find("b"));
            asking.await();
            assertThat(find("a")).containsExactly("a");
            assertThat(waiting).isNotDone();
            answer.countDown();
            assertThat(waiting.get()).containsExactly("b");
        }
        assertThat(asked).hasValue(2);
    }

    private static void awaitQuietly(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
