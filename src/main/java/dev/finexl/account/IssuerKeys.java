package dev.finexl.account;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * The keys of an issuer, as they are known here. Exists because the library's own cache lets strangers decide over everybody: its
 * limit on requests to the issuer counts those for keys that nobody has, and then refuses tokens of known keys too. Here
 * a key that is known is used while the issuer is asked for another, and for a while if it does not answer; for a key that is not
 * known the issuer is asked at once, by one caller for all that wait, and after it has been asked in vain not again for a
 * while. Thread-safe.
 */
final class IssuerKeys implements JWKSource<SecurityContext> {

    /** For how long what an issuer said is taken for what it says; a key that it withdraws is good for no longer. */
    static final Duration FRESH = Duration.ofMinutes(5);

    /** For how long if it cannot be asked. */
    static final Duration USABLE = Duration.ofHours(1);

    /** For how long it is not asked after it has been asked in vain. */
    static final Duration PAUSE = Duration.ofSeconds(10);

    private static final Logger LOG = Logger.getLogger(IssuerKeys.class);

    private final Issuer issuer;
    private final InstantSource clock;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile Known known = new Known(new JWKSet(), Instant.MIN);
    private volatile Instant silent = Instant.MIN;
    private volatile boolean failed;

    IssuerKeys(Issuer issuer, InstantSource clock) {
        this.issuer = issuer;
        this.clock = clock;
    }

    /** Tells its keys. */
    @FunctionalInterface
    interface Issuer {

        /** @throws IOException if it does not; the message is for the operator. It is thrown after a bounded time */
        JWKSet keys() throws IOException;
    }

    private record Known(JWKSet keys, Instant since) {

        List<JWK> select(JWKSelector selector, Instant oldest) {
            return since.isBefore(oldest) ? List.of() : selector.select(keys);
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws KeySourceException if there may be such a key, but the issuer cannot be asked
     */
    @Override
    public List<JWK> get(JWKSelector selector, SecurityContext context) throws KeySourceException {
        List<JWK> fresh = select(selector, FRESH);
        if (!fresh.isEmpty()) {
            return fresh;
        }
        if (select(selector, USABLE).isEmpty()) {
            asking.lock();
            ask(selector);
        } else if (asking.tryLock()) {
            ask(selector);
        }
        List<JWK> usable = select(selector, USABLE);
        if (usable.isEmpty() && failed) {
            throw new KeySourceException("the issuer cannot be asked for its keys");
        }
        return usable;
    }

    private List<JWK> select(JWKSelector selector, Duration age) {
        return known.select(selector, clock.instant().minus(age));
    }

    /** Unless another has asked before the lock was had. */
    private void ask(JWKSelector selector) {
        try {
            Instant now = clock.instant();
            if (now.isBefore(silent) || !select(selector, FRESH).isEmpty()) {
                return;
            }
            try {
                known = new Known(issuer.keys(), now);
                failed = false;
            } catch (IOException e) {
                failed = true;
                LOG.warnf("the keys of finexl.oidc.issuer cannot be had: %s", e.getMessage());
            }
            if (select(selector, FRESH).isEmpty()) {
                silent = clock.instant().plus(PAUSE);
            }
        } finally {
            asking.unlock();
        }
    }
}
