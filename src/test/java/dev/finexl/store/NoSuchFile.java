package dev.finexl.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What every kind of {@link ModelFiles} says of names that are no file of the model. */
final class NoSuchFile {

    private NoSuchFile() {}

    /** The name is one that could lead out of the model, so that not even its existence is told. */
    static void assertRefused(ModelFiles files, String name, String why) {
        assertThrown(() -> files.has(name), why);
        assertReadingThrows(files, name, why);
    }

    /** There is no regular file of that name. */
    static void assertMissing(ModelFiles files, String name) {
        assertThat(files.has(name)).isFalse();
        assertReadingThrows(files, name, "file '%s'".formatted(name));
    }

    private static void assertReadingThrows(ModelFiles files, String name, String why) {
        List<ThrowingCallable> readings = List.of(
                () -> files.size(name),
                () -> files.open(name),
                () -> files.map(name),
                () -> files.sha256(name),
                () -> files.read(name, 10));
        readings.forEach(reading -> assertThrown(reading, why));
    }

    private static void assertThrown(ThrowingCallable call, String why) {
        assertThatThrownBy(call).isInstanceOf(ModelFileException.class).hasMessageContaining(why);
    }
}
