package dev.finexl.serve.http;

import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explanation;
import dev.finexl.job.JobKind;
import dev.finexl.job.JobPictures;
import dev.finexl.job.JobTask;
import dev.finexl.job.Upload;
import dev.finexl.report.HtmlReport;
import dev.finexl.serve.http.Uploads.Received;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;

/**
 * {@code /explanations}: explanations that are asked for now and fetched later. There is no list of them: who knows the
 * id of one of his tenant's may read it; to others it is as if there were none.
 */
@Path("/explanations")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ExplanationsResource {

    private static final String APPLICATION_ZIP = "application/zip";
    static final String ID = "of the explanation, as it was answered to who asked for it";

    private final Jobs jobs;
    private final Uploads uploads;
    private final JobPictures pictures;

    ExplanationsResource(Jobs jobs, Uploads uploads, JobPictures pictures) {
        this.jobs = jobs;
        this.uploads = uploads;
        this.pictures = pictures;
    }

    /** Accepts a request. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "submit",
            summary = "Ask for an explanation",
            description = "Answers at once with where it will be found, or waits for it if the header Prefer says so"
                    + " (wait=SECONDS). Two sets of pictures can be sent in place of models: as the parts"
                    + " baseImages and personalizedImages beside a part request, or as a zip file of the folders base and"
                    + " personalized and a request.json.")
    @RequestBody(
            required = true,
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = ExplainRequest.class),
                        examples = @ExampleObject(name = "a bundled LoRA", value = ExplainResource.EXAMPLE)),
                @Content(
                        mediaType = MediaType.MULTIPART_FORM_DATA,
                        schema = @Schema(implementation = PictureParts.class),
                        examples =
                                @ExampleObject(
                                        name = "two sets of pictures",
                                        description = "beside it go the pictures, two or more of each side",
                                        value = "{\"request\": {\"encoder\": \"mini-clip\", \"vocabulary\": \"mini\","
                                                + " \"promptSet\": \"mini\"}}")),
                @Content(mediaType = APPLICATION_ZIP, schema = @Schema(type = SchemaType.STRING, format = "binary"))
            })
    @APIResponse(
            responseCode = "200",
            description = "it has ended already",
            content = @Content(schema = @Schema(implementation = JobDocument.class)))
    @APIResponse(
            responseCode = "202",
            description = "accepted; Location says where it will be found",
            content = @Content(schema = @Schema(implementation = JobDocument.class)))
    @APIResponse(
            responseCode = "400",
            description = "the request cannot be meant as it stands; names the field or file")
    @APIResponse(responseCode = "413", description = "the body is too large")
    @APIResponse(responseCode = "422", description = "the idempotency key came with another request before")
    @APIResponse(responseCode = "429", description = "too many jobs are waiting; come back")
    @APIResponse(responseCode = "503", description = "no job can be taken at the moment")
    public Response submit(
            @NotNull @Valid ExplainRequest request,
            @Parameter(description = IdempotencyKey.MEANING, example = "4711") @HeaderParam(IdempotencyKey.HEADER)
                    String key,
            @Parameter(description = Jobs.WAIT, example = "wait=30") @HeaderParam("Prefer") List<String> prefer) {
        return submit(request, key, null, prefer);
    }

    /** The parts of a multipart body, for its description. */
    @Schema(name = "PictureParts")
    record PictureParts(
            @Schema(implementation = ExplainRequest.class) String request,

            @Schema(type = SchemaType.ARRAY, format = "binary", implementation = String.class)
            List<String> baseImages,

            @Schema(type = SchemaType.ARRAY, format = "binary", implementation = String.class)
            List<String> personalizedImages) {}

    /** Accepts two sets of pictures. */
    @POST
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Operation(hidden = true)
    public Response submitParts(
            @RestForm("request") String request,
            @RestForm("baseImages") List<FileUpload> baseImages,
            @RestForm("personalizedImages") List<FileUpload> personalizedImages,
            @HeaderParam(IdempotencyKey.HEADER) String key,
            @HeaderParam("Prefer") List<String> prefer)
            throws IOException {
        try (Received received = uploads.parts(request, baseImages, personalizedImages)) {
            return submit(received.request(), key, received.upload(), prefer);
        }
    }

    /** Accepts two folders of pictures in a zip file. */
    @POST
    @Consumes(APPLICATION_ZIP)
    @Operation(hidden = true)
    public Response submitArchive(
            InputStream body,
            @HeaderParam(IdempotencyKey.HEADER) String key,
            @HeaderParam("Prefer") List<String> prefer)
            throws IOException {
        try (Received received = uploads.archive(body)) {
            return submit(received.request(), key, received.upload(), prefer);
        }
    }

    private Response submit(ExplainRequest request, String key, Upload upload, List<String> prefer) {
        return jobs.submit(new JobTask.Explain(request), key, upload, prefer);
    }

    /** The explanation as it stands. */
    @GET
    @Path("{id}")
    @Operation(operationId = "explanation", summary = "How far an explanation is, and its result")
    @APIResponse(
            responseCode = "200",
            description = "the explanation as it stands",
            content = @Content(schema = @Schema(implementation = JobDocument.class)))
    @APIResponse(responseCode = "404", description = "there is none, or no more")
    public Response explanation(
            @Parameter(description = ID) @PathParam("id") String id,
            @Parameter(description = Jobs.WAIT, example = "wait=30") @HeaderParam("Prefer") List<String> prefer) {
        return jobs.status(JobKind.EXPLANATION, id, prefer);
    }

    /** An explanation to be looked at. */
    @GET
    @Path("{id}/report")
    @Produces(MediaType.TEXT_HTML)
    @Operation(operationId = "report", summary = "An explanation as one HTML file that needs nothing beside it")
    @APIResponse(responseCode = "200", description = "the report", content = @Content(mediaType = MediaType.TEXT_HTML))
    @APIResponse(responseCode = "404", description = "there is none, or no more, or it has no result")
    public Response report(@Parameter(description = ID) @PathParam("id") String id) {
        Explanation explanation = jobs.result(JobKind.EXPLANATION, id, Explanation.class);
        pictures.bring(id);
        return SecurityHeaders.report(HtmlReport.render(explanation, (side, pair) -> pictures.picture(id, side, pair)));
    }

    /** Follows an explanation. */
    @GET
    @Path("{id}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            operationId = "events",
            summary = "Follow an explanation",
            description =
                    "Server-sent events: state (the explanation as it stands, first of all and whenever its state changes),"
                            + " stage, images (how many have been looked at, and where the last few pairs are), aspects (the"
                            + " strongest of those found so far) and done (the explanation with its result), after which the"
                            + " stream ends.")
    @APIResponse(
            responseCode = "200",
            description = "the events",
            content =
                    @Content(
                            mediaType = MediaType.SERVER_SENT_EVENTS,
                            examples =
                                    @ExampleObject(
                                            name = "a stage",
                                            value =
                                                    "event: stage\nid: 1.7\ndata: {\"stage\":\"sampling\",\"done\":8,\"total\":50}\n\n")))
    @APIResponse(responseCode = "204", description = "the header Last-Event-ID shows that there is no more to come")
    @APIResponse(responseCode = "404", description = "there is none, or no more")
    public Response events(
            @Parameter(description = ID) @PathParam("id") String id,
            @Parameter(description = Jobs.LAST_EVENT, example = "1.7") @HeaderParam("Last-Event-ID") String last) {
        return jobs.events(JobKind.EXPLANATION, id, last);
    }

    /** Cancels an explanation. */
    @DELETE
    @Path("{id}")
    @Operation(
            operationId = "cancel",
            summary = "Cancel an explanation",
            description = "One that has ended is left as it is.")
    @APIResponse(
            responseCode = "200",
            description = "it has ended",
            content = @Content(schema = @Schema(implementation = JobDocument.class)))
    @APIResponse(
            responseCode = "202",
            description = "it will be cancelled by the process that works on it",
            content = @Content(schema = @Schema(implementation = JobDocument.class)))
    @APIResponse(responseCode = "404", description = "there is none, or no more")
    public Response cancel(@Parameter(description = ID) @PathParam("id") String id) {
        return jobs.cancel(JobKind.EXPLANATION, id);
    }
}
