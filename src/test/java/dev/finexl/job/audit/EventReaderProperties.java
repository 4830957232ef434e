package dev.finexl.job.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class EventReaderProperties {

    private static final String[] EVENTS = {"""
        {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "models"},
         "object": {"key": "a+b%20c.safetensors", "eTag": "abc", "versionId": "1"}}}]}""", """
        {"Records": [{"messageId": "m", "eventSource": "aws:sqs", "body": "{\\"base\\": \\"b\\"}"}]}""", """
        {"detail-type": "Object Created", "source": "aws.s3", "detail": {"bucket": {"name": "models"}, "object": {"key": "k",
         "etag": "e", "version-id": "v"}}}""", """
        {"rawPath": "/explain", "requestContext": {"stage": "s", "http": {"method": "POST"}}, "body": "e30=",
         "isBase64Encoded": true}"""};

    /** Whatever is done to an event, it is read or refused in words, and nothing else happens. */
    @Property(tries = 2000, seed = "1")
    void aDamagedEventIsReadOrRefused(@ForAll @IntRange(max = 3) int which, @ForAll long seed) {
        Random random = new Random(seed);
        byte[] event = EVENTS[which].getBytes(StandardCharsets.UTF_8);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(event.length);
            switch (random.nextInt(3)) {
                case 0 -> event[at] = (byte) random.nextInt(256);
                case 1 -> event[at] = (byte) "{}[]\",:0%\\".charAt(random.nextInt(10));
                default -> event = Arrays.copyOf(event, Math.max(1, at));
            }
        }
        try {
            EventReader.read(event);
        } catch (EventException expected) {
            assertThat(expected.getMessage()).isNotBlank();
        }
    }
}
