package dev.finexl.account;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * Something that an administrator did.
 *
 * @param at when
 * @param actor who: the prefix of the administrator's key, or who ran the command
 * @param action what, e.g. {@code key.create}
 * @param tenant whom it concerns
 * @param keyPrefix which key it concerns; null if none
 * @param detail how
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AdminAction(Instant at, String actor, String action, Tenant tenant, String keyPrefix, String detail) {}
