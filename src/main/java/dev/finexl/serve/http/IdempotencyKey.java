package dev.finexl.serve.http;

import dev.finexl.explain.InvalidRequestException;
import java.util.regex.Pattern;

/** The header by which a request that is sent again is known again. */
final class IdempotencyKey {

    static final String HEADER = "Idempotency-Key";

    /** For the description of the service. */
    static final String MEANING =
            "sent again with the same request it finds the same explanation, which is accounted for once";

    private static final Pattern FORM = Pattern.compile("[!-~]{1,255}");

    private IdempotencyKey() {}

    /**
     * As the draft of the header has it a key is a quoted string; most callers send it bare, and both are the same key.
     *
     * @param key null for none
     * @return the bare key; null for none
     */
    static String checked(String key) {
        if (key == null) {
            return null;
        }
        boolean quoted = key.length() > 2 && key.startsWith("\"") && key.endsWith("\"");
        String bare = quoted ? key.substring(1, key.length() - 1) : key;
        if (!FORM.matcher(bare).matches()) {
            throw new InvalidRequestException(HEADER, "expected 1 to 255 printable ASCII characters without spaces");
        }
        return bare;
    }
}
