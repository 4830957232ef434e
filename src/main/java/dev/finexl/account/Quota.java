package dev.finexl.account;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Min;

/**
 * How much a tenant may ask for. Each limit may be null, for none or for that of all tenants.
 *
 * @param requestsPerMinute requests for explanations and estimates, in each process
 * @param concurrent explanations that wait or run at the same time
 * @param imagesPerDay pictures that are drawn in a day of UTC; what has begun is finished
 * @param evaluationsPerDay evaluations of the denoiser in a day of UTC; what has begun is finished
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Quota(
        @Min(0) Long requestsPerMinute,
        @Min(0) Long concurrent,
        @Min(0) Long imagesPerDay,
        @Min(0) Long evaluationsPerDay) {

    /** No limits. */
    public static final Quota NONE = new Quota(null, null, null, null);

    /** This quota, and where it says nothing another. */
    Quota or(Quota other) {
        return new Quota(
                first(requestsPerMinute, other.requestsPerMinute),
                first(concurrent, other.concurrent),
                first(imagesPerDay, other.imagesPerDay),
                first(evaluationsPerDay, other.evaluationsPerDay));
    }

    private static Long first(Long own, Long other) {
        return own == null ? other : own;
    }
}
