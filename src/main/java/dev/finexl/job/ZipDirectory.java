package dev.finexl.job;

import dev.finexl.explain.InvalidRequestException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Looks where a zip file's directory begins, before anything reads it. Exists because a reader takes the whole directory into
 * memory: 46 bytes are an entry, so a file within the bounds of an upload can hold millions of them.
 */
final class ZipDirectory {

    private static final int LARGEST = 4 << 20;

    private static final int END = 0x06054b50;
    private static final int END_SIZE = 22;
    private static final int OFFSET_AT = 16;
    private static final int LONGEST_COMMENT = 0xffff;
    private static final int LOCATOR64 = 0x07064b50;
    private static final int LOCATOR64_SIZE = 20;

    private ZipDirectory() {}

    /** @throws InvalidRequestException if the file has no directory, a large one, or one of the 64-bit kind */
    static void requireSmall(Path archive) throws IOException {
        try (FileChannel channel = FileChannel.open(archive, StandardOpenOption.READ)) {
            long length = channel.size();
            int tailLength = (int) Math.min(length, LOCATOR64_SIZE + END_SIZE + LONGEST_COMMENT);
            ByteBuffer tail = ByteBuffer.allocate(tailLength).order(ByteOrder.LITTLE_ENDIAN);
            long start = length - tailLength;
            while (tail.hasRemaining() && channel.read(tail, start + tail.position()) >= 0) {}
            int end = end(tail);
            if (end >= LOCATOR64_SIZE && tail.getInt(end - LOCATOR64_SIZE) == LOCATOR64) {
                throw refused("is of the kind for more than 4 GiB, which is not read here");
            }
            long directory = length - Integer.toUnsignedLong(tail.getInt(end + OFFSET_AT));
            if (directory > LARGEST) {
                throw refused("has a directory of %d bytes, at most %d are accepted".formatted(directory, LARGEST));
            }
        }
    }

    /** Where the record at the file's end begins, which has a comment of any length behind it. */
    private static int end(ByteBuffer tail) {
        for (int at = tail.position() - END_SIZE; at >= 0; at--) {
            if (tail.getInt(at) == END) {
                return at;
            }
        }
        throw refused("is not a readable zip file: it has no directory");
    }

    private static InvalidRequestException refused(String what) {
        return new InvalidRequestException("body", "the body " + what);
    }
}
