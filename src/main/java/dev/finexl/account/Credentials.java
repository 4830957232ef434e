package dev.finexl.account;

import java.util.Optional;

/** What callers show of themselves: keys of this service, and tokens of an issuer where one is configured. Thread-safe. */
public final class Credentials {

    private final ApiKeys keys;
    private final Optional<BearerTokens> tokens;

    /** @param tokens empty if there is no issuer */
    public Credentials(ApiKeys keys, Optional<BearerTokens> tokens) {
        this.keys = keys;
        this.tokens = tokens;
    }

    /**
     * Whoever has this key or token, if it is good.
     *
     * @throws IssuerUnavailableException if it is a token that cannot be checked at the moment
     * @throws dev.finexl.store.sql.DatabaseException if the database cannot be used
     */
    public Optional<Caller> find(String secret) {
        return isToken(secret)
                ? tokens.flatMap(known -> known.find(secret))
                : keys.find(secret).map(Caller::of);
    }

    /** Whether a secret is taken for a token, whose issuer may have to be waited for. */
    public boolean isToken(String secret) {
        return tokens.isPresent() && !ApiKeys.isMeant(secret);
    }

    /** Whether there are tokens besides keys. */
    public boolean takesTokens() {
        return tokens.isPresent();
    }
}
