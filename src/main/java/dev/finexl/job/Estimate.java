package dev.finexl.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;

/**
 * What an explanation would take and cost. Sampling stops when the answer is settled, so there is a least and a most.
 *
 * @param cached whether it has been made before, and nothing would be done for it
 * @param images pictures that would be drawn
 * @param evaluations of the denoiser
 * @param seconds on this machine, as fast as the last one with such pictures, models being open; absent if there was none
 * @param price by the tariff
 * @param currency of the price
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Estimate(
        boolean cached, Counts images, Counts evaluations, Seconds seconds, Prices price, String currency) {

    /** A least and a most, of things that are counted. */
    public record Counts(long least, long most) {}

    /** A least and a most, in seconds. */
    public record Seconds(double least, double most) {}

    /** A least and a most, in the currency. */
    public record Prices(BigDecimal least, BigDecimal most) {}
}
