package dev.finexl.serve.http;

import dev.finexl.account.Credentials;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/**
 * {@code /session}: lets the page have a key that its pictures, links and events cannot carry in a header. It is a cookie that no
 * script can read and that no other site's requests carry.
 */
@Path("/session")
public class SessionResource {

    /** The cookie with the key. */
    static final String COOKIE = "finexl-key";

    /** Tokens are longer than keys; browsers drop a cookie of more than 4096 characters. */
    private static final int LONGEST_KEY = 4000;

    private final Credentials credentials;

    SessionResource(Credentials credentials) {
        this.credentials = credentials;
    }

    /** The key, or token, that somebody gives the page. */
    public record Login(@NotNull @Size(max = LONGEST_KEY) String key) {}

    /** Begins to use a key. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    @Operation(
            operationId = "login",
            summary = "Use a key in this browser",
            description = "For the page: others send it.")
    @RequestBody(
            required = true,
            content = @Content(examples = @ExampleObject(name = "a key", value = "{\"key\": \"fx_…\"}")))
    @APIResponse(responseCode = "204", description = "the cookie is set, until the browser is closed")
    @APIResponse(responseCode = "401", description = "the key is no good")
    public Response login(@NotNull @Valid Login login, @Context RoutingContext routing) {
        return credentials.find(login.key()).isPresent()
                ? Response.noContent()
                        .cookie(cookie(login.key(), NewCookie.DEFAULT_MAX_AGE, routing))
                        .build()
                : Problems.unauthorized();
    }

    /** Ends that. */
    @DELETE
    @Operation(operationId = "logout", summary = "Use no key in this browser any more")
    @APIResponse(responseCode = "204", description = "the cookie is gone")
    public Response logout(@Context RoutingContext routing) {
        return Response.noContent().cookie(cookie("", 0, routing)).build();
    }

    private static NewCookie cookie(String key, int maxAge, RoutingContext routing) {
        return new NewCookie.Builder(COOKIE)
                .value(key)
                .path("/")
                .maxAge(maxAge)
                .httpOnly(true)
                .secure("https".equals(routing.request().scheme()))
                .sameSite(NewCookie.SameSite.STRICT)
                .build();
    }
}
