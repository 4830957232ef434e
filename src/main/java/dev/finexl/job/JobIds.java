package dev.finexl.job;

import java.security.SecureRandom;
import java.util.Base64;

/** Identifiers of explanations: 128 random bits, since knowing the id is what lets somebody read an explanation. */
public final class JobIds {

    private static final int BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private JobIds() {}

    /** A new identifier of 22 characters, each a letter, a digit, {@code -} or {@code _}. */
    public static String next() {
        byte[] bits = new byte[BYTES];
        RANDOM.nextBytes(bits);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }
}
