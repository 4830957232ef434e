package dev.finexl.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explanation;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.ModelJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;

/** What is done for a job: it is explained, the explanation is kept with it as JSON, and the pictures beside it. */
public final class ExplainWork implements JobWorkers.Work {

    private final ExplainService service;
    private final JobPictures pictures;

    public ExplainWork(ExplainService service, JobPictures pictures) {
        this.service = service;
        this.pictures = pictures;
    }

    @Override
    public String explain(
            Job job, ExplainRequest request, Map<String, Path> folders, ExplainListener listener, RunScope scope) {
        try (PictureKeeper keeper = new PictureKeeper(pictures, job.id(), request.pictures(), listener)) {
            Explanation explanation = service.explain(job.tenant(), job.id(), request, folders, keeper, scope);
            String json = ModelJson.MAPPER.writeValueAsString(explanation);
            keeper.settle(explanation);
            return json;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an explanation that JSON cannot hold", e);
        }
    }

    @Override
    public void sweep(Predicate<String> lives) throws IOException {
        pictures.sweep(lives);
    }
}
