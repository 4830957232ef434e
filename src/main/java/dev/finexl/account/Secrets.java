package dev.finexl.account;

import dev.finexl.store.Sha256;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * The form of keys: {@code fx_} and 32 random bytes. Of so many no hash can be turned back by trying, so a plain SHA-256 is all
 * that has to be kept; and since it is a hash that is looked up, how long that takes says nothing of the key.
 */
final class Secrets {

    /** How every key begins, so that people and scanners of leaked secrets know one when they see it. */
    static final String START = "fx_";

    private static final int BYTES = 32;
    /** Of the 43 characters behind the start; the others still hold 210 bits. */
    private static final int SHOWN = 8;

    private static final Pattern FORM = Pattern.compile(START + "[A-Za-z0-9_-]{43}");
    private static final SecureRandom RANDOM = new SecureRandom();

    private Secrets() {}

    static String next() {
        byte[] bits = new byte[BYTES];
        RANDOM.nextBytes(bits);
        return START + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    static boolean isWellFormed(String secret) {
        return FORM.matcher(secret).matches();
    }

    static String prefix(String secret) {
        return secret.substring(0, START.length() + SHOWN);
    }

    static String hash(String secret) {
        return Sha256.of(secret);
    }
}
