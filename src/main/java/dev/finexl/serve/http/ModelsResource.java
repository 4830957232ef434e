package dev.finexl.serve.http;

import dev.finexl.explain.ModelDescription;
import dev.finexl.job.TenantSpaces;
import dev.finexl.store.ModelReferenceException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** {@code GET /models}: what can be named in a request. */
@Path("/models")
@RunOnVirtualThread
public class ModelsResource {

    private final TenantSpaces spaces;
    private final Callers callers;

    ModelsResource(TenantSpaces spaces, Callers callers) {
        this.spaces = spaces;
        this.callers = callers;
    }

    /**
     * One model.
     *
     * @param reference what a request calls it
     * @param kind {@code diffusion}, {@code encoder}, {@code lora} or {@code head}
     */
    public record Model(String reference, String kind) {}

    /** The bundled models, then those that lie directly in a models folder, also one of the caller's own. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "models", summary = "List the models that a request can name")
    @APIResponse(responseCode = "200", description = "the models")
    public List<Model> models() {
        return spaces.catalogue(callers.tenant()).list().stream()
                .map(entry -> new Model(entry.reference(), entry.kind().label()))
                .toList();
    }

    /** What the files of one model say of it. */
    @GET
    @Path("/{reference: .+}")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "model", summary = "Describe a model that a request can name")
    @APIResponse(responseCode = "200", description = "what its files say of it")
    @APIResponse(responseCode = "404", description = "there is no such model")
    public ModelDescription model(
            @Parameter(description = "as a request names it", example = "mini-diffusion") @PathParam("reference")
                    String reference) {
        try {
            return ModelDescription.of(spaces.catalogue(callers.tenant()).find(reference));
        } catch (ModelReferenceException e) {
            throw new NotFoundException(e.getMessage());
        }
    }
}
