package dev.finexl.embed;

import java.io.IOException;
import javax.imageio.IIOException;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * A picture file in memory, for ImageIO's readers. Some of them take the end of the file for zeros and go on, pixel by
 * pixel, so that a file of a few bytes keeps them busy for a minute. Here the end may be hit now and then, as by reading
 * ahead, and after that it is an error.
 */
final class MemoryImageInput extends ImageInputStreamImpl {

    private static final int MOST_HITS = 1000;

    private final byte[] file;
    private int hits;

    MemoryImageInput(byte[] file) {
        this.file = file;
    }

    @Override
    public int read() throws IOException {
        checkClosed();
        bitOffset = 0;
        if (streamPos >= file.length) {
            return end();
        }
        return file[(int) streamPos++] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        checkClosed();
        bitOffset = 0;
        if (length == 0) {
            return 0;
        }
        if (streamPos >= file.length) {
            return end();
        }
        int count = Math.min(length, file.length - (int) streamPos);
        System.arraycopy(file, (int) streamPos, target, offset, count);
        streamPos += count;
        return count;
    }

    @Override
    public long length() {
        return file.length;
    }

    private int end() throws IIOException {
        if (++hits > MOST_HITS) {
            throw new IIOException("it is cut off");
        }
        return -1;
    }
}
