package dev.finexl.serve.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.finexl.explain.Aspect;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.Explanation;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.explain.ShownPair;
import dev.finexl.job.Job;
import dev.finexl.job.JobKind;
import dev.finexl.job.JobPictures;
import dev.finexl.job.JobState;
import dev.finexl.store.Sha256;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.util.Comparator;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** {@code /explanations/ID/pairs}: the pairs of pictures that an explanation rests on, to be looked at. */
@Path("/explanations/{id}/pairs")
@RunOnVirtualThread
public class PairsResource {

    private static final String PNG = "image/png";
    /** What is drawn for an explanation never changes, but who may not see it any more should not for ever. */
    private static final String FOR_EVER = "private, max-age=604800, immutable";
    /** Another attempt may draw it anew. */
    private static final String WHILE_DRAWN = "private, no-cache";

    private final Jobs jobs;
    private final JobPictures pictures;

    PairsResource(Jobs jobs, JobPictures pictures) {
        this.jobs = jobs;
        this.pictures = pictures;
    }

    /**
     * A pair and where its pictures are.
     *
     * @param pair what it draws, and how much of each aspect it shows
     * @param base address of the base's picture; absent if it is not kept
     * @param personalized address of the other side's picture; absent if it is not kept
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Pair(@JsonUnwrapped ShownPair pair, String base, String personalized) {}

    /** The pairs of an explanation. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "pairs",
            summary = "The pairs of pictures that an explanation rests on",
            description = "With an aspect, those that show it most come first and those that show it least come last.")
    @APIResponse(
            responseCode = "200",
            description = "the pairs; none where the pictures were not paired",
            content = @Content(schema = @Schema(type = SchemaType.ARRAY, implementation = Pair.class)))
    @APIResponse(responseCode = "400", description = "the explanation has no such aspect")
    @APIResponse(responseCode = "404", description = "there is no such explanation, or no more, or it has no result")
    public List<Pair> pairs(
            @Parameter(description = ExplanationsResource.ID) @PathParam("id") String id,
            @Parameter(description = "name of an aspect of the explanation", example = "vivid") @QueryParam("aspect")
                    String aspect) {
        Explanation explanation = jobs.result(JobKind.EXPLANATION, id, Explanation.class);
        pictures.bring(id);
        return explanation.pairs().stream()
                .sorted(order(explanation, aspect))
                .map(pair -> new Pair(pair, address(id, pair, Side.BASE), address(id, pair, Side.PERSONALIZED)))
                .toList();
    }

    private static Comparator<ShownPair> order(Explanation explanation, String aspect) {
        if (aspect == null) {
            return Comparator.comparingInt(ShownPair::index);
        }
        List<String> aspects = explanation.aspects().stream().map(Aspect::name).toList();
        if (!aspects.contains(aspect)) {
            throw new InvalidRequestException(
                    "aspect", "'aspect' is not one of this explanation: expected one of %s".formatted(aspects));
        }
        return Comparator.<ShownPair>comparingDouble(pair -> pair.shows().get(aspect))
                .reversed();
    }

    private String address(String id, ShownPair pair, Side side) {
        return pictures.has(id, side, pair.index()) ? address(id, pair.index(), side) : null;
    }

    /** Where a picture is, if it is kept. */
    static String address(String id, int pair, Side side) {
        return "/explanations/%s/pairs/%d/%s".formatted(id, pair, side.key());
    }

    /** A picture of a pair, of an explanation that is there or is being made. */
    @GET
    @Path("{pair: [0-9]{1,4}}/{side: base|personalized}")
    @Produces(PNG)
    @Operation(
            operationId = "picture",
            summary = "A picture of a pair",
            description = "While the explanation is being made, the last pairs are those of its images events.")
    @APIResponse(responseCode = "200", description = "the picture", content = @Content(mediaType = PNG))
    @APIResponse(responseCode = "304", description = "the picture is the one that the caller has")
    @APIResponse(
            responseCode = "404",
            description = "there is no such explanation or pair, or its pictures are not kept")
    public Response picture(
            @Parameter(description = ExplanationsResource.ID) @PathParam("id") String id,
            @Parameter(description = "index of the pair", example = "0") @PathParam("pair") int pair,
            @Parameter(
                            description = "which of its two pictures",
                            schema = @Schema(enumeration = {"base", "personalized"}),
                            example = "personalized")
                    @PathParam("side")
                    String side,
            @Context Request request) {
        Job job = jobs.find(JobKind.EXPLANATION, id);
        if (job.state() != JobState.RUNNING && job.result() == null) {
            throw Jobs.unknown(JobKind.EXPLANATION);
        }
        if (job.result() != null) {
            pictures.bring(id);
        }
        byte[] png = pictures.find(id, Side.of(side), pair)
                .orElseThrow(() -> new NotFoundException(
                        "the picture is not kept, or no more; a request with \"pictures\": true has it drawn again"));
        EntityTag tag = new EntityTag(Sha256.of(png));
        Response.ResponseBuilder known = request.evaluatePreconditions(tag);
        return (known == null ? Response.ok(png) : known)
                .tag(tag)
                .header("Cache-Control", job.result() == null ? WHILE_DRAWN : FOR_EVER)
                .build();
    }
}
