package dev.finexl.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.ModelJson;
import dev.finexl.store.ResultStore;
import dev.finexl.store.StorageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * What is done for a job: it is explained, and the explanation is also kept in the store of results, if there is one,
 * under {@code explanations/HASH.json}, where the hash stands for all that it depends on. The same question asked twice
 * has one result there, that of the first time.
 *
 * <p>A store that cannot be written is a warning: the job has its result all the same.
 */
public final class ExplainWork implements JobWorkers.Work {

    private static final Logger LOG = Logger.getLogger(ExplainWork.class);

    private final ExplainService service;
    private final Optional<ResultStore> results;

    public ExplainWork(ExplainService service, Optional<ResultStore> results) {
        this.service = service;
        this.results = results;
    }

    @Override
    public String explain(
            String id, ExplainRequest request, Map<String, Path> folders, ExplainListener listener, RunScope scope) {
        String json = json(service.explain(id, request, folders, listener, scope));
        results.ifPresent(store -> {
            try {
                String key = "explanations/%s.json".formatted(service.key(request, folders));
                store.putIfAbsent(key, json.getBytes(StandardCharsets.UTF_8), "application/json");
            } catch (StorageException e) {
                LOG.warnf("the result of explanation %s is not in the store of results: %s", id, e.getMessage());
            }
        });
        return json;
    }

    private static String json(Object explanation) {
        try {
            return ModelJson.MAPPER.writeValueAsString(explanation);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an explanation that JSON cannot hold", e);
        }
    }
}
