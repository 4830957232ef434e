package dev.finexl.serve.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.job.PictureArchive;
import dev.finexl.job.PictureFolders;
import dev.finexl.job.Upload;
import dev.finexl.store.ModelJson;
import jakarta.inject.Singleton;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.multipart.FileUpload;

/** Turns bodies with pictures in them into an upload and a request that names it. */
@Singleton
class Uploads {

    private static final String NO_REQUEST = "{}";

    private final Callers callers;
    private final PictureFolders folders;
    private final Validator validator;
    private final long mostBytes;

    Uploads(
            Callers callers,
            PictureFolders folders,
            Validator validator,
            @ConfigProperty(name = "finexl.http.upload-bytes") long mostBytes) {
        this.callers = callers;
        this.folders = folders;
        this.validator = validator;
        this.mostBytes = mostBytes;
    }

    /**
     * Pictures and what is asked about them.
     *
     * @param upload to be closed
     */
    record Received(Upload upload, ExplainRequest request) implements AutoCloseable {

        @Override
        public void close() {
            upload.close();
        }
    }

    /** Takes the parts of a multipart body. */
    Received parts(String request, List<FileUpload> base, List<FileUpload> personalized) throws IOException {
        return receive(upload -> {
            add(upload, Side.BASE, base);
            add(upload, Side.PERSONALIZED, personalized);
            return Optional.ofNullable(request);
        });
    }

    /** Takes a zip file. */
    Received archive(InputStream body) throws IOException {
        Path file = Files.createTempFile("finexl-upload-", ".zip");
        try {
            Files.copy(body, file, StandardCopyOption.REPLACE_EXISTING);
            return receive(upload -> PictureArchive.receive(file, upload));
        } finally {
            Files.delete(file);
        }
    }

    private interface Source {
        Optional<String> fill(Upload upload) throws IOException;
    }

    private Received receive(Source source) throws IOException {
        Upload upload = new Upload(folders, mostBytes);
        upload.belongsTo(callers.tenant());
        boolean received = false;
        try {
            ExplainRequest request = request(source.fill(upload).orElse(NO_REQUEST));
            received = true;
            return new Received(upload, request);
        } finally {
            if (!received) {
                upload.close();
            }
        }
    }

    private static void add(Upload upload, Side side, List<FileUpload> files) throws IOException {
        for (FileUpload file : files) {
            try (InputStream in = Files.newInputStream(file.uploadedFile())) {
                upload.add(side, file.fileName() == null ? "" : file.fileName(), in);
            }
        }
    }

    /** The request as its caller wrote it, with the two folders of the upload in it. */
    private ExplainRequest request(String json) {
        ExplainRequest asked = ExplainRequest.parse(withFolders(json));
        Optional<ConstraintViolation<ExplainRequest>> violation = validator.validate(asked).stream()
                .min(Comparator.comparing(v -> v.getPropertyPath().toString()));
        if (violation.isPresent()) {
            String field = violation.get().getPropertyPath().toString();
            throw new InvalidRequestException(
                    field, "'%s' %s".formatted(field, violation.get().getMessage()));
        }
        return asked;
    }

    private static String withFolders(String json) {
        JsonNode tree;
        try {
            tree = ModelJson.MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new InvalidRequestException("request", "is not JSON: " + e.getOriginalMessage());
        }
        if (!(tree instanceof ObjectNode fields)) {
            throw new InvalidRequestException("request", "is not a JSON object");
        }
        for (String field : Set.of("baseImages", "personalizedImages")) {
            if (fields.has(field)) {
                throw new InvalidRequestException(
                        field, "'%s' and uploaded pictures exclude each other".formatted(field));
            }
        }
        return fields.put("baseImages", Side.BASE.key())
                .put("personalizedImages", Side.PERSONALIZED.key())
                .toString();
    }
}
