package dev.finexl.concept;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;

/**
 * Where a vision-language model is, and what asking it may cost. Faults are named by the setting, below
 * {@code finexl.proposer}.
 *
 * @param baseUrl base of an OpenAI-compatible API, http or https, e.g. {@code https://api.openai.com/v1}
 * @param model its name there
 * @param apiKey bearer token; null for a server that asks for none. It appears in no message and not in
 *     {@link #toString()}
 * @param timeout of one answer, to its last byte; above 0 and at most {@link #MAX_TIMEOUT}
 * @param retries further attempts, 0 to {@value #MAX_RETRIES}
 * @param maxTokens most tokens of one answer, 1 to {@value #MAX_TOKENS}
 * @param pairs of pictures to show, 1 to {@value #MAX_PAIRS}
 * @param proposals most concepts to take, 1 to {@value #MAX_PROPOSALS}
 * @param seed that is sent; null for none, since some servers refuse the field
 * @param budget what one explanation may cost
 */
public record VlmSettings(
        URI baseUrl,
        String model,
        String apiKey,
        Duration timeout,
        int retries,
        int maxTokens,
        int pairs,
        int proposals,
        Integer seed,
        Budget budget) {

    /** The longest time-out. */
    public static final Duration MAX_TIMEOUT = Duration.ofMinutes(10);

    /** The largest number of retries. */
    public static final int MAX_RETRIES = 5;

    /** The largest number of tokens of an answer. */
    public static final int MAX_TOKENS = 16_384;

    /** The largest number of pairs. */
    public static final int MAX_PAIRS = 16;

    /** The largest number of proposals. */
    public static final int MAX_PROPOSALS = 64;

    /** @throws IllegalArgumentException if a setting is out of its range; names the setting, never the key */
    public VlmSettings {
        boolean http = "http".equalsIgnoreCase(baseUrl.getScheme()) || "https".equalsIgnoreCase(baseUrl.getScheme());
        if (!http || baseUrl.getHost() == null || baseUrl.getUserInfo() != null) {
            throw fault("base-url", "an http or https address with a host and without credentials");
        }
        if (model == null || model.isBlank()) {
            throw fault("model", "the name of a model at finexl.proposer.base-url");
        }
        apiKey = apiKey == null || apiKey.isBlank() ? null : apiKey.strip();
        if (apiKey != null && !apiKey.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw fault("api-key", "printable ASCII characters only");
        }
        if (!timeout.isPositive() || timeout.compareTo(MAX_TIMEOUT) > 0) {
            throw fault("timeout", "above 0 and at most " + MAX_TIMEOUT);
        }
        requireRange("retries", retries, 0, MAX_RETRIES);
        requireRange("max-tokens", maxTokens, 1, MAX_TOKENS);
        requireRange("pairs", pairs, 1, MAX_PAIRS);
        requireRange("proposals", proposals, 1, MAX_PROPOSALS);
        Objects.requireNonNull(budget, "budget");
    }

    /**
     * Prices and a limit, in one currency.
     *
     * @param priceIn of a million input tokens
     * @param priceOut of a million output tokens
     * @param max that one explanation may cost, all attempts together; infinity for no limit
     */
    public record Budget(double priceIn, double priceOut, double max) {

        /** Without a limit. */
        public static final Budget UNLIMITED = new Budget(0, 0, Double.POSITIVE_INFINITY);

        private static final double PER = 1e6;

        /** @throws IllegalArgumentException if a number is negative or not a number */
        public Budget {
            requireAmount("price-in", priceIn);
            requireAmount("price-out", priceOut);
            requireAmount("max-cost", max);
        }

        /**
         * From settings that may be null.
         *
         * @throws IllegalArgumentException if there is a limit without a price, which would never be reached
         */
        public static Budget of(Double priceIn, Double priceOut, Double max) {
            if (max == null) {
                return UNLIMITED;
            }
            if (priceIn == null || priceOut == null) {
                throw fault(
                        priceIn == null ? "price-in" : "price-out", "a price, since finexl.proposer.max-cost is set");
            }
            return new Budget(priceIn, priceOut, max);
        }

        double cost(long inputTokens, long outputTokens) {
            return (inputTokens * priceIn + outputTokens * priceOut) / PER;
        }

        private static void requireAmount(String setting, double amount) {
            if (!(amount >= 0)) {
                throw fault(setting, "a number of at least 0");
            }
        }
    }

    @Override
    public String toString() {
        return "VlmSettings[%s at %s]".formatted(model, baseUrl);
    }

    private static void requireRange(String setting, int value, int least, int most) {
        if (value < least || value > most) {
            throw fault(setting, "%d to %d".formatted(least, most));
        }
    }

    private static IllegalArgumentException fault(String setting, String expected) {
        return new IllegalArgumentException("finexl.proposer.%s: expected %s".formatted(setting, expected));
    }
}
