package dev.finexl.account;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.finexl.explain.InvalidRequestException;
import java.util.regex.Pattern;

/**
 * To whom jobs, uploads, results and usage belong. Its name is part of paths and of object keys, so it can hold nothing that
 * means something there.
 *
 * @param name 1 to 40 lower-case letters, digits and hyphens, beginning with a letter or digit
 */
public record Tenant(@JsonValue String name) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

    /** To whom everything belongs that is asked for without a key. */
    public static final Tenant DEFAULT = new Tenant("default");

    public Tenant {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new InvalidRequestException(
                    "tenant",
                    "expected a tenant of 1 to 40 lower-case letters, digits and hyphens, beginning with a letter or digit");
        }
    }

    /** Whether it is the one of those who have no key. */
    public boolean isDefault() {
        return equals(DEFAULT);
    }

    @Override
    public String toString() {
        return name;
    }
}
