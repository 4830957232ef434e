package dev.finexl.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.ModelJson;
import java.nio.file.Path;
import java.util.Map;

/** What is done for a job: it is explained, and the explanation is kept with it as JSON. */
public final class ExplainWork implements JobWorkers.Work {

    private final ExplainService service;

    public ExplainWork(ExplainService service) {
        this.service = service;
    }

    @Override
    public String explain(
            String id, ExplainRequest request, Map<String, Path> folders, ExplainListener listener, RunScope scope) {
        try {
            return ModelJson.MAPPER.writeValueAsString(service.explain(id, request, folders, listener, scope));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an explanation that JSON cannot hold", e);
        }
    }
}
