package dev.finexl.account;

import com.fasterxml.jackson.core.JsonPointer;
import java.net.URI;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Whose tokens are taken besides keys, and what in them says for whom they were issued. Faults are named by the setting, below
 * {@code finexl.oidc}.
 *
 * @param issuer as tokens name it, an https address; http only on this machine
 * @param audiences for one of which a token has to be meant; at least one
 * @param tenant where the claim with the tenant's name is
 * @param scopes where the claim with the scopes is, a text with spaces between them or a list of texts
 * @param prefix with which the scopes of this service begin there; may be empty
 */
public record OidcSettings(URI issuer, Set<String> audiences, JsonPointer tenant, JsonPointer scopes, String prefix) {

    private static final Pattern THIS_MACHINE = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    /** @throws IllegalArgumentException if a setting is out of its range; names the setting */
    public OidcSettings {
        if (!isTrustworthy(issuer) || issuer.getRawQuery() != null || issuer.getRawFragment() != null) {
            throw fault(
                    "issuer", "an https address, without credentials or a query; http for one of this machine only");
        }
        if (audiences.isEmpty() || audiences.stream().anyMatch(String::isBlank)) {
            throw fault("audience", "whom tokens have to be meant for, since finexl.oidc.issuer is set");
        }
        audiences = Set.copyOf(audiences);
    }

    /**
     * From settings as they are written.
     *
     * @param tenant a claim's name, or the JSON pointer of one inside another ({@code /realm/roles})
     * @param scopes likewise
     */
    public static OidcSettings of(URI issuer, Set<String> audiences, String tenant, String scopes, String prefix) {
        return new OidcSettings(
                issuer, audiences, pointer("tenant-claim", tenant), pointer("scope-claim", scopes), prefix);
    }

    /** Whether what comes from there can have been said by nobody else. */
    static boolean isTrustworthy(URI address) {
        boolean safe = "https".equalsIgnoreCase(address.getScheme())
                || "http".equalsIgnoreCase(address.getScheme())
                        && address.getHost() != null
                        && THIS_MACHINE.matcher(address.getHost()).matches();
        return safe && address.getHost() != null && address.getRawUserInfo() == null;
    }

    private static JsonPointer pointer(String setting, String written) {
        if (written.isBlank()) {
            throw fault(setting, "a claim's name or a JSON pointer");
        }
        return written.startsWith("/")
                ? JsonPointer.compile(written)
                : JsonPointer.empty().appendProperty(written);
    }

    private static IllegalArgumentException fault(String setting, String expected) {
        return new IllegalArgumentException("finexl.oidc.%s: expected %s".formatted(setting, expected));
    }
}
