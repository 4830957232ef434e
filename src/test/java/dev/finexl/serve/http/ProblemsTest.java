package dev.finexl.serve.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What could not be read: whose fault it is. */
class ProblemsTest {

    static Stream<IOException> ofClientsThatLeft() {
        return Stream.of(
                new IOException(new IOException(new StreamResetException(8))),
                new IOException(new HttpClosedException("Connection was closed")),
                new ClosedChannelException());
    }

    @ParameterizedTest
    @MethodSource
    void ofClientsThatLeft(IOException failure) {
        assertThat(new Problems().unread(failure).getStatus()).isEqualTo(400);
    }

    @Test
    void ofThisMachine() {
        assertThat(new Problems()
                        .unread(new IOException("No space left on device"))
                        .getStatus())
                .isEqualTo(500);
    }
}
