package dev.finexl.account;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/**
 * What explanations are sold for. Time is no part of it, so that the price of a request can be told, and bounded, before it is
 * run.
 *
 * @param explanation for each that was made
 * @param image for each picture that was drawn
 * @param evaluations for a million evaluations of the denoiser
 * @param cached for an explanation that had been made before, in place of all of that
 * @param currency three letters of ISO 4217
 */
public record Tariff(
        BigDecimal explanation, BigDecimal image, BigDecimal evaluations, BigDecimal cached, String currency) {

    /** Everything for nothing. */
    public static final Tariff FREE =
            new Tariff(BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, "EUR");

    /** Decimal places of prices. */
    private static final int SCALE = 6;

    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);

    /** @throws IllegalArgumentException if a price is negative or the currency not of three letters */
    public Tariff {
        if (List.of(explanation, image, evaluations, cached).stream().anyMatch(price -> price.signum() < 0)) {
            throw new IllegalArgumentException("a price of the tariff (finexl.tariff) is negative");
        }
        if (!currency.matches("[A-Z]{3}")) {
            throw new IllegalArgumentException(
                    "finexl.tariff.currency is '%s', expected three capital letters".formatted(currency));
        }
    }

    /** The price of an explanation that had been made before. */
    public BigDecimal ofCached() {
        return cached.setScale(SCALE, RoundingMode.HALF_UP);
    }

    /** The price of one that is made with so many pictures and evaluations. */
    public BigDecimal of(long images, long evaluated) {
        return explanation
                .add(image.multiply(BigDecimal.valueOf(images)))
                .add(evaluations.multiply(BigDecimal.valueOf(evaluated)).divide(MILLION))
                .setScale(SCALE, RoundingMode.HALF_UP);
    }

    /** The price of what was spent. */
    public BigDecimal of(Spent spent) {
        return spent.cached() ? ofCached() : of(spent.images(), spent.evaluations());
    }
}
