package dev.finexl.job.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventReaderTest {

    private static Event read(String json) {
        return EventReader.read(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsANotificationWithEncodedKeysAndSkipsWhatIsNoUpload() {
        Event event = read("""
                {"Records": [
                  {"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-west-1", "eventTime": "2026-01-01T00:00:00Z",
                   "eventName": "ObjectCreated:CompleteMultipartUpload",
                   "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": "models", "arn": "arn:aws:s3:::models"},
                          "object": {"key": "new/my+style%2B%C3%A9.safetensors", "size": 5, "eTag": "d41d8-2",
                                     "versionId": "096fKKXTRTtl3on89fVO.nfljtsv6qko", "sequencer": "0055AED6DCD90281E5"}}},
                  {"eventSource": "aws:s3", "eventName": "ObjectRemoved:Delete", "s3": {}},
                  {"eventSource": "aws:s3", "eventName": "s3:ObjectCreated:Put",
                   "s3": {"bucket": {"name": "models"}, "object": {"key": "b", "eTag": "\\"abc\\"", "versionId": "null"}}}
                ]}""");
        assertThat(event)
                .isEqualTo(new Event.Stored(
                        List.of(
                                new ObjectVersion(
                                        "models",
                                        "new/my style+é.safetensors",
                                        "096fKKXTRTtl3on89fVO.nfljtsv6qko",
                                        "d41d8-2"),
                                new ObjectVersion("models", "b", null, "abc")),
                        List.of("ObjectRemoved:Delete")));
    }

    @Test
    void readsAnEventBridgeEventWhoseKeysAreAsTheyAre() {
        String event = """
                {"version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": "%s", "source": "aws.s3",
                 "account": "111122223333", "time": "2026-01-01T00:00:00Z", "region": "eu-west-1", "resources": [],
                 "detail": {"version": "0", "bucket": {"name": "models"}, "object": {"key": "a+b%%20c", "size": 5,
                            "etag": "b1946ac92492d2347c6235b4d2611184", "version-id": "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e"}}}""";
        assertThat(read(event.formatted("Object Created")))
                .isEqualTo(new Event.Stored(
                        List.of(new ObjectVersion(
                                "models",
                                "a+b%20c",
                                "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e",
                                "b1946ac92492d2347c6235b4d2611184")),
                        List.of()));
        assertThat(read(event.formatted("Object Deleted")))
                .isEqualTo(new Event.Stored(List.of(), List.of("Object Deleted")));
    }

    @Test
    void ignoresTheEventWithWhichS3TriesAQueue() {
        assertThat(read("{\"Service\": \"Amazon S3\", \"Event\": \"s3:TestEvent\", \"Bucket\": \"models\"}"))
                .isEqualTo(new Event.Stored(List.of(), List.of("s3:TestEvent")));
        assertThat(read("{\"Records\": []}")).isEqualTo(new Event.Stored(List.of(), List.of("no records")));
    }

    @Test
    void leavesTheBodiesOfABatchAsTheyAre() {
        assertThat(read("""
                {"Records": [{"messageId": "m1", "eventSource": "aws:sqs", "body": "{"}, {"messageId": "m2", "eventSource": "aws:sqs",
                 "body": ""}]}"""))
                .isEqualTo(new Event.Batch(List.of(new Event.Message("m1", "{"), new Event.Message("m2", ""))));
    }

    @Test
    void readsCallsOfBothPayloadVersions() {
        Event.Call first = (Event.Call) read("""
                {"resource": "/explain", "path": "/explain", "httpMethod": "post", "requestContext": {"stage": "prod"},
                 "body": "{\\"base\\": \\"é\\"}", "isBase64Encoded": false}""");
        assertThat(first.method()).isEqualTo("POST");
        assertThat(first.path()).isEqualTo("/explain");
        assertThat(first.body()).asString(StandardCharsets.UTF_8).isEqualTo("{\"base\": \"é\"}");
        Event.Call second = (Event.Call) read("""
                {"version": "2.0", "rawPath": "/prod/explain", "requestContext": {"stage": "prod", "http": {"method": "POST"}},
                 "body": "e30=", "isBase64Encoded": true}""");
        assertThat(second.path()).isEqualTo("/explain");
        assertThat(second.body()).asString(StandardCharsets.UTF_8).isEqualTo("{}");
        Event.Call url = (Event.Call) read("""
                {"version": "2.0", "rawPath": "/", "requestContext": {"stage": "$default", "http": {"method": "GET"}}}""");
        assertThat(url.body()).isNull();
    }

    @Test
    void takesAllElseForARequest() {
        assertThat(read("{\"base\": \"mini-diffusion\"}")).isInstanceOf(Event.Explain.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "nonsense | the event is not JSON",
                "[] | not a JSON object",
                "{} trailing | the event is not JSON",
                "{\"base\": 1, \"base\": 2} | Duplicate field 'base'",
                "{\"Records\": {}} | Records: expected an array",
                "{\"Records\": [1]} | Records[0].eventSource: expected aws:s3 or aws:sqs",
                "{\"Records\": [{\"eventSource\": \"aws:kinesis\"}]} | not 'aws:kinesis'",
                "{\"Records\": [{\"eventSource\": \"aws:sqs\", \"body\": \"\"}]} | Records[0].messageId: expected a text",
                "{\"Records\": [{\"eventSource\": \"aws:sqs\", \"messageId\": \"m\", \"body\": {}}]} | Records[0].body: expected a text",
                "{\"Records\": [{\"eventSource\": \"aws:s3\"}]} | Records[0].eventName: expected a text",
                "{\"Records\": [{\"eventSource\": \"aws:s3\", \"eventName\": \"ObjectRemoved:Delete\"}, {\"eventSource\": \"aws:sqs\"}]} | Records[1].eventSource: expected aws:s3",
                "{\"Records\": [{\"eventSource\": \"aws:s3\", \"eventName\": \"ObjectCreated:Put\", \"s3\": {\"bucket\": {\"name\": \"b\"}, \"object\": {\"key\": \"%zz\"}}}]} | Records[0].s3.object.key: is not URL-encoded",
                "{\"Records\": [{\"eventSource\": \"aws:s3\", \"eventName\": \"ObjectCreated:Put\", \"s3\": {\"bucket\": {\"name\": \"Bucket!\"}, \"object\": {\"key\": \"k\"}}}]} | Records[0].s3.bucket: expected the name of a bucket",
                "{\"Records\": [{\"eventSource\": \"aws:s3\", \"eventName\": \"ObjectCreated:Put\", \"s3\": {\"bucket\": {\"name\": \"bucket\"}, \"object\": {\"key\": \"k\"}}}]} | expected a version id or an ETag",
                "{\"Records\": [{\"eventSource\": \"aws:s3\", \"eventName\": \"ObjectCreated:Put\", \"s3\": {\"bucket\": {\"name\": \"bucket\"}, \"object\": {\"key\": \"%00\", \"eTag\": \"e\"}}}]} | control character",
                "{\"Records\": [{\"eventSource\": \"aws:s3\", \"eventName\": \"ObjectCreated:Put\", \"s3\": {\"bucket\": {\"name\": \"bucket\"}, \"object\": {\"key\": \"k\", \"eTag\": \"a b\"}}}]} | object.eTag: expected",
                "{\"detail-type\": \"Scheduled Event\", \"source\": \"aws.events\"} | source: expected aws.s3",
                "{\"detail-type\": \"Object Created\", \"source\": \"aws.s3\"} | detail.bucket.name: expected a text",
                "{\"requestContext\": {}} | event.httpMethod: expected a text",
                "{\"requestContext\": {}, \"httpMethod\": \"POST\", \"path\": \"/\", \"body\": \"?\", \"isBase64Encoded\": true} | body: is not base64",
            })
    void namesWhatAnEventLacks(String event, String said) {
        assertThatThrownBy(() -> read(event)).isInstanceOf(EventException.class).hasMessageContaining(said);
    }

    @Test
    void refusesWhatIsTooLarge() {
        assertThatThrownBy(() -> EventReader.read(new byte[EventReader.LARGEST_EVENT + 1]))
                .isInstanceOf(EventException.class)
                .hasMessageContaining("more than");
    }
}
