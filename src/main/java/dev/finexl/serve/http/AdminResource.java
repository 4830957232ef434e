package dev.finexl.serve.http;

import dev.finexl.account.AdminAction;
import dev.finexl.account.ApiKey;
import dev.finexl.account.ApiKeys;
import dev.finexl.account.AuditLog;
import dev.finexl.account.NewKey;
import dev.finexl.account.Quota;
import dev.finexl.account.Scope;
import dev.finexl.account.Tenant;
import dev.finexl.account.Tenants;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** {@code /admin}: keys, and what was done with them. For keys with the scope {@code admin}. */
@Path("/admin")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@APIResponse(responseCode = "401", description = "without a key, or with one that is no good")
@APIResponse(responseCode = "403", description = "the key has not the scope admin")
public class AdminResource {

    private static final int LONGEST_DAYS = 3650;
    private static final int LONGEST_HOURS = 24 * 30;
    private static final String NO_STORE = "no-store";
    private static final String PREFIX = "of the key: its first characters, as the list of keys has them";

    private final ApiKeys keys;
    private final Tenants tenants;
    private final AuditLog log;
    private final Callers callers;

    AdminResource(ApiKeys keys, Tenants tenants, AuditLog log, Callers callers) {
        this.keys = keys;
        this.tenants = tenants;
        this.log = log;
        this.callers = callers;
    }

    /**
     * A key that is wanted.
     *
     * @param tenant whose
     * @param scopes what for
     * @param days after which it expires; null for never
     */
    public record KeyWish(
            @NotNull String tenant,
            @NotEmpty Set<@NotNull String> scopes,
            @Min(1) @Max(LONGEST_DAYS) Integer days) {}

    /**
     * A key that was made.
     *
     * @param key what is kept of it
     * @param secret what to send; it is not shown again
     */
    public record MadeKey(ApiKey key, String secret) {}

    /** Makes a key. */
    @POST
    @Path("keys")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "createKey",
            summary = "Make a key",
            description = "The secret is in this answer alone: only its hash is kept.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            examples =
                                    @ExampleObject(
                                            name = "for half a year",
                                            value =
                                                    "{\"tenant\": \"acme\", \"scopes\": [\"explain\", \"read\"], \"days\": 180}")))
    @APIResponse(
            responseCode = "201",
            description = "the key",
            content = @Content(schema = @Schema(implementation = MadeKey.class)))
    @APIResponse(responseCode = "400", description = "a value is out of its range; names the field")
    public Response create(@NotNull @Valid KeyWish wish) {
        String administrator = callers.administrator();
        Duration lifetime = wish.days() == null ? null : Duration.ofDays(wish.days());
        return made(keys.create(new Tenant(wish.tenant()), Scope.all(wish.scopes()), lifetime, administrator));
    }

    /** All keys. */
    @GET
    @Path("keys")
    @Operation(operationId = "keys", summary = "All keys, also those that are no good any more, without their secrets")
    @APIResponse(responseCode = "200", description = "the keys, tenant by tenant")
    public List<ApiKey> list() {
        callers.administrator();
        return keys.list();
    }

    /** Replaces a key. */
    @POST
    @Path("keys/{prefix}/rotate")
    @Operation(
            operationId = "rotateKey",
            summary = "Make a key that replaces another",
            description = "The other one is good for some more hours, so that its user can change over.")
    @APIResponse(
            responseCode = "201",
            description = "the new key",
            content = @Content(schema = @Schema(implementation = MadeKey.class)))
    @APIResponse(responseCode = "404", description = "there is no such key")
    public Response rotate(
            @Parameter(description = PREFIX) @PathParam("prefix") String prefix,
            @Parameter(description = "for how long the other one is still good", example = "48")
                    @QueryParam("graceHours")
                    @DefaultValue("24")
                    @Min(0)
                    @Max(LONGEST_HOURS)
                    int graceHours) {
        return made(keys.rotate(prefix, Duration.ofHours(graceHours), callers.administrator()));
    }

    /** Revokes a key. */
    @DELETE
    @Path("keys/{prefix}")
    @Operation(operationId = "revokeKey", summary = "Make a key good for nothing, at once")
    @APIResponse(responseCode = "200", description = "the key as it stands")
    @APIResponse(responseCode = "404", description = "there is no such key")
    public ApiKey revoke(@Parameter(description = PREFIX) @PathParam("prefix") String prefix) {
        return keys.revoke(prefix, callers.administrator());
    }

    /** All tenants. */
    @GET
    @Path("tenants")
    @Operation(operationId = "tenants", summary = "All tenants, with the limits that are their own")
    @APIResponse(responseCode = "200", description = "the tenants")
    public List<Tenants.Known> tenants() {
        callers.administrator();
        return tenants.list();
    }

    /** Limits what a tenant may ask for. */
    @PUT
    @Path("tenants/{tenant}/quota")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "limit",
            summary = "Say what a tenant may ask for",
            description = "In place of what was said before; a limit that is left out is that of all tenants.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            examples =
                                    @ExampleObject(
                                            name = "ten a minute",
                                            value =
                                                    "{\"requestsPerMinute\": 10, \"concurrent\": 2, \"imagesPerDay\": 5000}")))
    @APIResponse(responseCode = "200", description = "the tenant with its limits")
    @APIResponse(responseCode = "404", description = "there is no such tenant")
    public Tenants.Known limit(
            @Parameter(description = "name of the tenant", example = "acme") @PathParam("tenant") String tenant,
            @NotNull @Valid Quota quota) {
        return tenants.limit(new Tenant(tenant), quota, callers.administrator())
                .orElseThrow(() -> new NotFoundException("there is no such tenant: it is made with its first key"));
    }

    /** What administrators did. */
    @GET
    @Path("actions")
    @Operation(operationId = "adminActions", summary = "What administrators did, latest first")
    @APIResponse(responseCode = "200", description = "what they did")
    public List<AdminAction> actions(
            @Parameter(description = "most that are told", example = "10")
                    @QueryParam("limit")
                    @DefaultValue("100")
                    @Min(1)
                    @Max(AuditLog.MOST)
                    int limit) {
        callers.administrator();
        return log.latest(limit);
    }

    private static Response made(NewKey made) {
        return Response.status(Response.Status.CREATED)
                .header("Cache-Control", NO_STORE)
                .entity(new MadeKey(made.key(), made.secret()))
                .build();
    }
}
