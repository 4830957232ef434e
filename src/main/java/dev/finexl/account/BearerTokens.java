package dev.finexl.account;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.finexl.explain.InvalidRequestException;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;

/**
 * Tokens of an OpenID Connect issuer (JWTs), which say themselves for whom they are. One is good if a key of the issuer
 * signed it, by an algorithm with a public key, if it names this issuer, one of the audiences, a subject and a tenant, and if it has an end
 * that is still to come. Thread-safe.
 */
public final class BearerTokens {

    private static final Logger LOG = Logger.getLogger(BearerTokens.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** With a public key each: what is checked with it cannot have been made with it. */
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** By how much the issuer's clock may differ. */
    private static final int SKEW_SECONDS = 30;

    /** OpenID Connect Core 1.0 has no longer ones, and nothing else in them. */
    private static final Pattern SUBJECT = Pattern.compile("[\\x20-\\x7E]{1,255}");

    private final OidcSettings settings;
    private final Tenants tenants;
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    public BearerTokens(OidcSettings settings, Tenants tenants) {
        this(settings, tenants, TIMEOUT, InstantSource.system());
    }

    /**
     * @param timeout for both answers of the issuer together
     * @param clock by which its keys grow old
     */
    BearerTokens(OidcSettings settings, Tenants tenants, Duration timeout, InstantSource clock) {
        this.settings = settings;
        this.tenants = tenants;
        IssuerDocuments documents = new IssuerDocuments(settings.issuer(), timeout);
        // "at+jwt" is an access token of RFC 9068.
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWSKeySelector(
                new JWSVerificationKeySelector<>(ALGORITHMS, new IssuerKeys(documents::keys, clock)));
        DefaultJWTClaimsVerifier<SecurityContext> claims = new DefaultJWTClaimsVerifier<>(
                settings.audiences(),
                new JWTClaimsSet.Builder().issuer(settings.issuer().toString()).build(),
                Set.of("exp", "sub"),
                Set.of());
        claims.setMaxClockSkew(SKEW_SECONDS);
        processor.setJWTClaimsSetVerifier(claims);
    }

    /**
     * Whoever has a token, if that is good. His tenant is made if it is new. Scopes that the service does not know are none; with no
     * other he may do nothing.
     *
     * @throws IssuerUnavailableException if the issuer has to be asked for its keys and does not tell them
     * @throws dev.finexl.store.sql.DatabaseException if the database cannot be used
     */
    public Optional<Caller> find(String token) {
        try {
            Caller caller =
                    caller(MAPPER.valueToTree(processor.process(token, null).toJSONObject()));
            tenants.make(caller.tenant());
            return Optional.of(caller);
        } catch (KeySourceException _) {
            throw new IssuerUnavailableException();
        } catch (BadJWTException e) {
            // Its issuer signed it, so what is wrong is for the operator to know.
            LOG.infof("a token of finexl.oidc.issuer is refused: %s", e.getMessage());
            return Optional.empty();
        } catch (BadJOSEException | JOSEException | ParseException e) {
            LOG.debugf("a token is refused (%s)", e.getClass().getSimpleName());
            return Optional.empty();
        }
    }

    private Caller caller(JsonNode claims) throws BadJWTException {
        String subject = claims.path("sub").asText();
        if (!SUBJECT.matcher(subject).matches()) {
            throw new BadJWTException("its sub is not of 1 to 255 printable characters");
        }
        JsonNode tenant = claims.at(settings.tenant());
        try {
            return new Caller(new Tenant(tenant.textValue()), scopes(claims.at(settings.scopes())), "token " + subject);
        } catch (InvalidRequestException e) {
            throw new BadJWTException("%s: %s".formatted(settings.tenant(), e.getMessage()));
        }
    }

    private Set<Scope> scopes(JsonNode claim) {
        Stream<String> written = claim.isArray()
                ? StreamSupport.stream(claim.spliterator(), false).map(JsonNode::asText)
                : Arrays.stream(claim.asText().split(" "));
        List<String> named = written.toList();
        Set<Scope> scopes = EnumSet.allOf(Scope.class);
        scopes.removeIf(scope -> !named.contains(settings.prefix() + scope.key()));
        return scopes;
    }
}
