package dev.finexl.job.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * Records as items of a DynamoDB table, for workers anywhere.
 *
 * <p>Exists because DynamoDB can compare and replace in one call, which makes each step one conditional
 * {@code UpdateItem}, and because that call may be sent twice: the SDK repeats one whose answer was lost, and the repetition
 * meets what the first one wrote. So an attempt to begin that fails on a record of its own owner has succeeded.
 *
 * <p>The table has the string {@code id} as its partition key and nothing else; {@code expires}, in seconds since 1970, is for its
 * TTL. Work that is given back keeps its item, without an owner, so that the token only ever grows. An item is kept for as long after its last step as the store is told to; when it is gone the work can be done again.
 */
public final class DynamoIdempotencyStore implements IdempotencyStore {

    private static final String ID = "id";
    private static final String OWNER = "owner";
    private static final String TOKEN = "token";
    private static final String UNTIL = "until";
    private static final String RESULT = "result";

    /** All attributes by other names: some of theirs are reserved words. */
    private static final Map<String, String> NAMES =
            Map.of("#owner", OWNER, "#token", TOKEN, "#until", UNTIL, "#result", RESULT, "#expires", "expires");

    private static final String HELD = "#owner = :owner AND #token = :token AND attribute_not_exists(#result)";

    private final Supplier<DynamoDbClient> client;
    private final String table;
    private final Duration keep;

    /**
     * @param client asked for with each step, so that none is opened before the first
     * @param table name of the table
     * @param keep how long a record outlives its last step
     */
    public DynamoIdempotencyStore(Supplier<DynamoDbClient> client, String table, Duration keep) {
        this.client = client;
        this.table = table;
        this.keep = keep;
    }

    @Override
    public Begun begin(String key, Instant now, Instant until) {
        String owner = UUID.randomUUID().toString();
        try {
            Map<String, AttributeValue> written = client.get()
                    .updateItem(update(key)
                            .updateExpression(
                                    "SET #owner = :owner, #until = :until, #expires = :expires ADD #token :one")
                            .conditionExpression(
                                    "attribute_not_exists(#owner) OR (attribute_not_exists(#result) AND #until <= :now)")
                            .expressionAttributeNames(NAMES)
                            .expressionAttributeValues(Map.of(
                                    ":owner", text(owner),
                                    ":until", number(until.toEpochMilli()),
                                    ":now", number(now.toEpochMilli()),
                                    ":expires", expires(until),
                                    ":one", number(1)))
                            .returnValues(ReturnValue.ALL_NEW)
                            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                            .build())
                    .attributes();
            return new Claim(key, owner, token(written));
        } catch (ConditionalCheckFailedException e) {
            Map<String, AttributeValue> found = e.item();
            if (found.containsKey(RESULT)) {
                return new Done(token(found), found.get(RESULT).s());
            }
            return owner.equals(found.get(OWNER).s())
                    ? new Claim(key, owner, token(found))
                    : new InProgress(
                            Instant.ofEpochMilli(Long.parseLong(found.get(UNTIL).n())));
        }
    }

    @Override
    public boolean extend(Claim claim, Instant until) {
        return updateIf(
                HELD,
                claim.key(),
                "SET #until = :until, #expires = :expires",
                own(claim, Map.of(":until", number(until.toEpochMilli()), ":expires", expires(until))));
    }

    @Override
    public boolean complete(Claim claim, String result) {
        return updateIf(
                "#owner = :owner AND #token = :token",
                claim.key(),
                "SET #result = :result, #expires = :expires",
                own(claim, Map.of(":result", text(result), ":expires", expires(Instant.now()))));
    }

    @Override
    public void release(Claim claim) {
        updateIf(HELD, claim.key(), "REMOVE #owner, #until", own(claim, Map.of()));
    }

    @Override
    public void forget(String key, Done done) {
        updateIf(
                "#token = :token AND attribute_exists(#result)",
                key,
                "REMOVE #owner, #until, #result",
                Map.of(":token", number(done.token())));
    }

    private boolean updateIf(String condition, String key, String expression, Map<String, AttributeValue> values) {
        Map<String, String> used = new HashMap<>(NAMES);
        // DynamoDB refuses names that no expression uses.
        used.keySet().removeIf(name -> !condition.contains(name) && !expression.contains(name));
        try {
            client.get()
                    .updateItem(update(key)
                            .updateExpression(expression)
                            .conditionExpression(condition)
                            .expressionAttributeNames(used)
                            .expressionAttributeValues(values)
                            .build());
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        }
    }

    private UpdateItemRequest.Builder update(String key) {
        return UpdateItemRequest.builder().tableName(table).key(Map.of(ID, text(key)));
    }

    private static Map<String, AttributeValue> own(Claim claim, Map<String, AttributeValue> more) {
        Map<String, AttributeValue> values = new HashMap<>(more);
        values.put(":owner", text(claim.owner()));
        values.put(":token", number(claim.token()));
        return values;
    }

    private AttributeValue expires(Instant last) {
        return number(last.plus(keep).getEpochSecond());
    }

    private static long token(Map<String, AttributeValue> item) {
        return Long.parseLong(item.get(TOKEN).n());
    }

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    private static AttributeValue number(long value) {
        return AttributeValue.fromN(Long.toString(value));
    }
}
