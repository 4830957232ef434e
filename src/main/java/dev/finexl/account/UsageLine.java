package dev.finexl.account;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * A line of the ledger.
 *
 * @param explanation its id
 * @param tenant who has it
 * @param ended when it was made; null before it is in the ledger
 * @param requestHash SHA-256 of the request
 * @param spent what it took
 * @param price what it costs
 * @param currency of the price
 */
public record UsageLine(
        String explanation,
        Tenant tenant,
        Instant ended,
        String requestHash,
        @JsonUnwrapped Spent spent,
        BigDecimal price,
        String currency) {}
