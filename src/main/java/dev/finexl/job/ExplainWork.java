package dev.finexl.job;

import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explanation;
import dev.finexl.job.trace.Tracing;
import dev.finexl.onnx.RunScope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;

/** What is done for a job: it is explained, the explanation is kept with it as JSON, and the pictures beside it. */
public final class ExplainWork implements JobWorkers.Work {

    private final ExplainService service;
    private final JobPictures pictures;
    private final Metering metering;

    public ExplainWork(ExplainService service, JobPictures pictures, Metering metering) {
        this.service = service;
        this.pictures = pictures;
        this.metering = metering;
    }

    @Override
    public Answer explain(
            Job job, ExplainRequest request, Map<String, Path> folders, ExplainListener listener, RunScope scope) {
        try (PictureKeeper keeper = new PictureKeeper(pictures, job.id(), request.pictures(), listener)) {
            Explanation explanation = service.explain(
                    job.tenant(),
                    new Tracing.Origin(job.id(), job.created(), job.parent()),
                    request,
                    folders,
                    keeper,
                    scope);
            Answer answer = metering.answer(job.tenant(), job.id(), job.requestHash(), request, explanation);
            keeper.settle(explanation);
            return answer;
        }
    }

    @Override
    public void sweep(Predicate<String> lives) throws IOException {
        pictures.sweep(lives);
    }
}
