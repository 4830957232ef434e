package dev.finexl.job.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.Explanation;
import dev.finexl.job.JobProblem;
import dev.finexl.job.audit.RunOnce.Held;
import dev.finexl.job.trace.Traced;
import dev.finexl.job.trace.Tracing;
import dev.finexl.onnx.RunScope;
import dev.finexl.report.HtmlReport;
import dev.finexl.report.PairPictures;
import dev.finexl.report.ReportPictures;
import dev.finexl.store.ModelReferenceException;
import dev.finexl.store.ResultStore;
import dev.finexl.store.StorageException;
import dev.finexl.store.s3.S3Location;
import dev.finexl.store.s3.S3Objects;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Makes of an upload, or of a request, one explanation and one result that stays.
 *
 * <p>Exists to hold the rule of what a failure means: if the model, its {@code audit.json} or the request is at fault, the
 * failure is the outcome, and is written down with its reason like any other, since another attempt would end the same. All
 * other failures (storage, memory, time) leave nothing behind and are thrown, so that whoever delivered the event
 * delivers it again.
 *
 * <p>Beside the JSON of an explanation is its report, the same key with {@code .html}.
 */
final class Auditor {

    private static final Pattern NOT_IN_A_PLACE = Pattern.compile("[^A-Za-z0-9._/-]");
    private static final Pattern PART_OF_DOTS = Pattern.compile("(?<=^|/)\\.|(?<=^|/)(?=/|$)");
    private static final int LONGEST_READABLE = 180;
    private static final String JSON = ".json";

    private final Explainer explainer;
    private final S3Objects objects;
    private final ResultStore results;
    private final RunOnce runs;
    private final AuditSettings settings;
    private final AuditRequests requests;
    private final ObjectMapper mapper;
    private final Tracing tracing;
    private final InstantSource clock;

    /**
     * @param explainer that may read what requests may name
     * @param mapper writes explanations
     */
    Auditor(
            Explainer explainer,
            S3Objects objects,
            ResultStore results,
            RunOnce runs,
            AuditSettings settings,
            AuditRequests requests,
            ObjectMapper mapper,
            Tracing tracing,
            InstantSource clock) {
        this.explainer = explainer;
        this.objects = objects;
        this.results = results;
        this.runs = runs;
        this.settings = settings;
        this.requests = requests;
        this.mapper = mapper;
        this.tracing = tracing;
        this.clock = clock;
    }

    /**
     * One piece of work.
     *
     * @param key of its idempotency record
     * @param place key of its result, which ends with {@code .json}
     * @param source null for a request that came without an object
     * @param own reference of what it may read beside all that requests may; null for nothing
     * @param requestHash what else it depends on
     * @param request made only if it is to run; fails if it can't be meant as it stands
     * @param keepsAll whether a failure of the request, or what could be said in too little time, is a result that stays
     */
    private record Task(
            String key,
            String place,
            ObjectVersion source,
            String own,
            String requestHash,
            Supplier<ExplainRequest> request,
            boolean keepsAll) {

        /** Key of the report of its result. */
        String report() {
            return place.substring(0, place.length() - JSON.length()) + ".html";
        }
    }

    /**
     * Audits an upload, if it is below a watched folder and a LoRA or the marker of a model directory.
     *
     * @param deadline of the invocation
     * @throws StorageException if object storage or the results can't be reached
     * @throws CancellationException if the time is up
     */
    AuditOutcome audit(ObjectVersion object, Instant deadline) {
        if (!settings.watches(object)) {
            return new AuditOutcome.Ignored("not below a watched folder");
        }
        Optional<AuditSubject> named = AuditSubject.of(object);
        if (named.isEmpty()) {
            return new AuditOutcome.Ignored("neither a .safetensors file nor a model_index.json");
        }
        AuditSubject subject = named.get();
        byte[] overrides = overrides(subject);
        String requestHash = new Digest().add(settings.request()).add(overrides).hex();
        String key = new Digest()
                .add(object.bucket())
                .add(object.key())
                .add(object.version())
                .add(requestHash)
                .hex();
        return perform(
                new Task(
                        key,
                        place(object, key),
                        object,
                        subject.location(),
                        requestHash,
                        () -> requests.request(subject, overrides),
                        true),
                deadline);
    }

    /**
     * Answers a request.
     *
     * @param keepsAll whether nobody waits for the answer, so that a failure of the request has to be written down too
     * @param deadline of the invocation
     * @throws dev.finexl.explain.InvalidRequestException if it can't be meant as it stands and {@code keepsAll} is false
     * @throws CancellationException if the time is up
     */
    AuditOutcome.Attempted answer(ObjectNode request, boolean keepsAll, Instant deadline) {
        return keepsAll ? queued(request, deadline) : direct(requests.request(request), deadline);
    }

    /** By what it says: whether its models can be found is part of the outcome. */
    private AuditOutcome.Attempted queued(ObjectNode request, Instant deadline) {
        String hash = new Digest().add(request.toString()).hex();
        String place = "requests/%s.json".formatted(hash);
        return perform(
                new Task("request-" + hash, place, null, null, hash, () -> requests.request(request), true), deadline);
    }

    /** By all that the answer depends on, so that one with another content of the same model is another. */
    private AuditOutcome.Attempted direct(ExplainRequest request, Instant deadline) {
        String hash = explainer.key(request);
        String place = "explanations/%s.json".formatted(hash);
        return perform(new Task("explanation-" + hash, place, null, null, hash, () -> request, false), deadline);
    }

    private byte[] overrides(AuditSubject subject) {
        for (String reference : subject.overrides()) {
            try {
                Optional<byte[]> found = objects.head(S3Location.parse(reference), AuditRequests.LARGEST_OVERRIDES + 1);
                if (found.isPresent()) {
                    return found.get();
                }
            } catch (ModelReferenceException e) {
                // Beside an object whose own key is refused: the request will be refused for that, in a result.
                return null;
            }
        }
        return null;
    }

    /** Below the bucket and the key as far as a result's key can say them; the end tells apart what looks the same there. */
    private static String place(ObjectVersion object, String key) {
        String readable = NOT_IN_A_PLACE.matcher(object.key()).replaceAll("_");
        readable = readable.substring(Math.max(0, readable.length() - LONGEST_READABLE));
        readable = PART_OF_DOTS.matcher(readable).replaceAll("_");
        return "audits/%s/%s/%s.json".formatted(object.bucket(), readable, key);
    }

    private AuditOutcome.Attempted perform(Task task, Instant deadline) {
        Instant lastPicture = before(deadline, settings.margin());
        if (!clock.instant().isBefore(lastPicture)) {
            throw new CancellationException("no time is left for %s".formatted(task.place()));
        }
        try (RunScope scope = new RunScope(lastPicture)) {
            // The other half is for the record's release.
            Instant cutoff = before(deadline, settings.margin().dividedBy(2));
            for (int tries = 0; tries < 2; tries++) {
                switch (runs.run(task.key(), scope, cutoff, held -> explain(task, scope, held))) {
                    case RunOnce.Ran<JsonNode> ran -> {
                        return new AuditOutcome.Finished(task.place(), ran.value(), true);
                    }
                    case RunOnce.Busy<JsonNode> busy -> {
                        return new AuditOutcome.Busy(busy.until());
                    }
                    case RunOnce.Known<JsonNode> known -> {
                        Optional<byte[]> kept = results.get(task.place());
                        if (kept.isPresent()) {
                            return new AuditOutcome.Finished(task.place(), read(kept.get()), false);
                        }
                        runs.forget(task.key(), known.done());
                    }
                }
            }
        }
        throw new StorageException("the result %s was done twice and is not there".formatted(task.place()), null);
    }

    private JsonNode explain(Task task, RunScope scope, Held held) {
        AuditResult result;
        boolean stays = task.keepsAll();
        Optional<ReportPictures> pictures = settings.pictures() ? Optional.of(new ReportPictures()) : Optional.empty();
        try {
            ExplainRequest request = task.request().get();
            // An upload may be read because of the event, and nothing beside it: audit.json names models too.
            Explainer allowed = task.own() == null ? explainer : explainer.allowing(List.of(task.own()));
            Explanation explanation = tracing.follow(
                    Traced.EXPLANATION,
                    new Tracing.Origin(task.place(), clock.instant(), Optional.empty()),
                    pictures.<ExplainListener>map(kept -> kept).orElse(ExplainListener.NONE),
                    traced -> allowed.explain(request, traced, scope));
            result = new AuditResult(
                    task.source(), task.requestHash(), held.attempt(), AuditResult.SUCCEEDED, explanation, null);
            stays |= explanation.isComplete();
        } catch (RuntimeException e) {
            JobProblem problem = InputFault.of(e).filter(p -> task.keepsAll()).orElseThrow(() -> e);
            result = new AuditResult(
                    task.source(), task.requestHash(), held.attempt(), AuditResult.FAILED, null, problem);
        }
        byte[] json = bytes(result);
        if (stays) {
            held.confirm();
            if (result.explanation() != null) {
                // Before the result, so that whoever has read the result finds the report as well.
                byte[] report = HtmlReport.render(
                        result.explanation(),
                        pictures.<PairPictures>map(kept -> kept).orElse(PairPictures.NONE));
                results.put(task.report(), report, HtmlReport.CONTENT_TYPE);
            }
            results.put(task.place(), json, "application/json");
            held.complete(task.place());
        }
        // Read back, so that the first answer is the same as those that come from storage.
        return read(json);
    }

    private static Instant before(Instant deadline, Duration margin) {
        return deadline.equals(Instant.MAX) ? deadline : deadline.minus(margin);
    }

    private byte[] bytes(AuditResult result) {
        try {
            return mapper.writeValueAsBytes(result);
        } catch (IOException e) {
            throw new UncheckedIOException("a result could not be written as JSON", e);
        }
    }

    private JsonNode read(byte[] json) {
        try {
            return mapper.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException("a result that was kept is not JSON", e);
        }
    }
}
