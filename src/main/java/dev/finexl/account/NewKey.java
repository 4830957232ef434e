package dev.finexl.account;

/**
 * A key that was just made. Its secret is known now and never again.
 *
 * @param key what is kept of it
 * @param secret what a caller sends
 */
public record NewKey(ApiKey key, String secret) {

    /** Without the secret, which has no business in a log. */
    @Override
    public String toString() {
        return "NewKey[%s]".formatted(key);
    }
}
