package dev.finexl.job.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What an invocation can be about. {@link EventReader} tells the kinds apart by their shape. */
public sealed interface Event {

    /**
     * Objects that were written, as an S3 notification or an EventBridge event tells it.
     *
     * @param uploads the written objects, in the event's order
     * @param ignored what else the event told, in a word each: removals, restores and the like ask for no audit
     */
    record Stored(List<ObjectVersion> uploads, List<String> ignored) implements Event {}

    /**
     * Messages of an SQS queue. Their bodies are read one by one, since one that is broken must not fail the others.
     *
     * @param messages in the queue's order
     */
    record Batch(List<Message> messages) implements Event {}

    /**
     * One message of a queue.
     *
     * @param id by which the queue is told that the message failed
     * @param body the JSON of any event but a batch and a call
     */
    record Message(String id, String body) {}

    /**
     * A request over HTTP, through an API Gateway (payload 1.0 and 2.0) or a function URL.
     *
     * @param method in upper case
     * @param path without the gateway's stage
     * @param body decoded; null if there is none
     */
    record Call(String method, String path, byte[] body) implements Event {}

    /**
     * A request for an explanation as it is, not yet validated.
     *
     * @param request the fields of an {@link dev.finexl.explain.ExplainRequest}
     */
    record Explain(ObjectNode request) implements Event {}
}
