package dev.finexl.account;

import java.util.EnumSet;
import java.util.Set;

/**
 * Who asks.
 *
 * @param tenant for whom
 * @param scopes what he may do
 * @param name as the record of what is done has him: {@code key} and its prefix, or {@code token} and its subject; empty
 *     if he has neither
 */
public record Caller(Tenant tenant, Set<Scope> scopes, String name) {

    /** Somebody without a key, where none is needed. What is for administrators is not for him. */
    public static final Caller WITHOUT_KEY = new Caller(Tenant.DEFAULT, EnumSet.of(Scope.EXPLAIN, Scope.READ), "");

    /** Whoever has this key. */
    static Caller of(ApiKey key) {
        return new Caller(key.tenant(), key.scopes(), "key " + key.prefix());
    }

    /** Whether he has shown nothing of himself. */
    public boolean isAnybody() {
        return name.isEmpty();
    }
}
