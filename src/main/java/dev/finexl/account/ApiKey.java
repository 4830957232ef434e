package dev.finexl.account;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Set;

/**
 * A key as it can be talked about, without its secret.
 *
 * @param prefix how it begins, by which people tell keys apart
 * @param tenant whose it is
 * @param scopes what it is good for
 * @param created when it was made
 * @param expires from when on it is good for nothing; null for never
 * @param revoked since when it is good for nothing; null if it was not revoked
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ApiKey(
        String prefix, Tenant tenant, Set<Scope> scopes, Instant created, Instant expires, Instant revoked) {}
