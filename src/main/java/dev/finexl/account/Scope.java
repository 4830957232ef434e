package dev.finexl.account;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.finexl.explain.InvalidRequestException;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a key is good for. None includes another. */
public enum Scope {
    /** To ask for explanations, and to cancel them. */
    EXPLAIN,
    /** To read explanations, models and usage. */
    READ,
    /** To administer the service: keys of all tenants, the record of what was done, metrics. */
    ADMIN;

    private final String key = name().toLowerCase(Locale.ROOT);

    /** The scope's name in JSON, in the database and on the command line. */
    @JsonValue
    public String key() {
        return key;
    }

    /**
     * Finds a scope by its name.
     *
     * @throws InvalidRequestException if there is none
     */
    public static Scope of(String key) {
        return Arrays.stream(values())
                .filter(scope -> scope.key.equals(key))
                .findFirst()
                .orElseThrow(() -> new InvalidRequestException(
                        "scopes", "'%s' is no scope: expected explain, read or admin".formatted(key)));
    }

    static String write(Set<Scope> scopes) {
        return scopes.stream().map(Scope::key).sorted().collect(Collectors.joining(" "));
    }

    static Set<Scope> read(String written) {
        return all(List.of(written.split(" ")));
    }

    /**
     * Finds scopes by their names.
     *
     * @throws InvalidRequestException if there is none of a name
     */
    public static Set<Scope> all(Collection<String> keys) {
        return keys.stream().map(Scope::of).collect(Collectors.toCollection(() -> EnumSet.noneOf(Scope.class)));
    }

    @Override
    public String toString() {
        return key;
    }
}
