package dev.finexl.account;

import java.util.EnumSet;
import java.util.Set;

/**
 * Who asks.
 *
 * @param tenant for whom
 * @param scopes what he may do
 * @param key the prefix of his key; empty if he has none
 */
public record Caller(Tenant tenant, Set<Scope> scopes, String key) {

    /** Somebody without a key, where none is needed. What is for administrators is not for him. */
    public static final Caller WITHOUT_KEY = new Caller(Tenant.DEFAULT, EnumSet.of(Scope.EXPLAIN, Scope.READ), "");

    /** Whoever has this key. */
    public static Caller of(ApiKey key) {
        return new Caller(key.tenant(), key.scopes(), key.prefix());
    }
}
