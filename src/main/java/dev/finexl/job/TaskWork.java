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

/** What is done for a job: it is explained or compared, the answer is kept with it as JSON, and the pictures beside it. */
public final class TaskWork implements JobWorkers.Work {

    private final ExplainService explaining;
    private final CompareService comparing;
    private final JobPictures pictures;
    private final Metering metering;

    public TaskWork(ExplainService explaining, CompareService comparing, JobPictures pictures, Metering metering) {
        this.explaining = explaining;
        this.comparing = comparing;
        this.pictures = pictures;
        this.metering = metering;
    }

    @Override
    public Answer perform(Job job, JobTask task, Map<String, Path> folders, ExplainListener listener, RunScope scope) {
        Tracing.Origin origin = new Tracing.Origin(job.id(), job.created(), job.parent());
        return switch (task) {
            case JobTask.Explain(ExplainRequest request) -> {
                try (PictureKeeper keeper = new PictureKeeper(pictures, job.id(), request.pictures(), listener)) {
                    Explanation explanation = explaining.explain(job.tenant(), origin, request, folders, keeper, scope);
                    Answer answer = metering.answer(job.tenant(), job.id(), job.requestHash(), request, explanation);
                    keeper.settle(explanation);
                    yield answer;
                }
            }
            case JobTask.Compare(var request) ->
                comparing.compare(job.tenant(), origin, job.requestHash(), request, listener, scope);
        };
    }

    @Override
    public boolean forget(String job) {
        return pictures.forget(job);
    }

    @Override
    public void sweep(Predicate<String> lives) throws IOException {
        pictures.sweep(lives);
    }
}
