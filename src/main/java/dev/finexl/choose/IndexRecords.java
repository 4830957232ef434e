package dev.finexl.choose;

import dev.finexl.choose.IndexedModel.Part;
import dev.finexl.choose.IndexedModel.Shown;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The file format of a {@link ModelIndex}: a header, and records of a length, a CRC-32C and so many bytes, big-endian. Texts
 * are UTF-8 behind their length. Not thread-safe.
 */
final class IndexRecords {

    /** The first bytes of the file; the digit is the format's version. */
    static final byte[] HEADER = "FINEXLI1".getBytes(StandardCharsets.US_ASCII);

    private static final int PREFIX = 2 * Integer.BYTES;
    private static final int LARGEST = 1 << 20;

    /** Names of concepts and bases are the same in most records, and one object each is enough. */
    private final Map<String, String> texts = new HashMap<>();

    /** A whole file. */
    static byte[] file(Collection<IndexedModel> models) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(HEADER);
        models.forEach(model -> out.writeBytes(record(model)));
        return out.toByteArray();
    }

    /** A record with its length and checksum. */
    static byte[] record(IndexedModel model) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        text(out, model.key());
        text(out, model.base());
        text(out, model.baseHash());
        text(out, model.vocabulary());
        number(out, model.images());
        number(out, model.parts().size());
        for (Part part : model.parts()) {
            text(out, part.role());
            text(out, part.reference());
            number(out, part.weight());
        }
        number(out, model.aspects().size());
        for (Shown aspect : model.aspects()) {
            text(out, aspect.name());
            number(out, aspect.score());
            number(out, aspect.calibrated());
        }
        byte[] body = out.toByteArray();
        if (body.length > LARGEST) {
            throw new IllegalArgumentException("a record of %d bytes".formatted(body.length));
        }
        return ByteBuffer.allocate(PREFIX + body.length)
                .putInt(body.length)
                .putInt(checksum(ByteBuffer.wrap(body)))
                .put(body)
                .array();
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void number(ByteArrayOutputStream out, int number) {
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
    }

    private static void number(ByteArrayOutputStream out, double number) {
        out.writeBytes(ByteBuffer.allocate(Double.BYTES).putDouble(number).array());
    }

    /**
     * Goes behind the header.
     *
     * @return whether all of it was there
     * @throws IOException if the file begins otherwise
     */
    static boolean skipHeader(ByteBuffer bytes) throws IOException {
        byte[] header = new byte[Math.min(HEADER.length, bytes.remaining())];
        bytes.get(header);
        if (!Arrays.equals(header, Arrays.copyOf(HEADER, header.length))) {
            throw new IOException("it is no index of this version");
        }
        return header.length == HEADER.length;
    }

    /**
     * Reads records until the end, or until one that is not whole.
     *
     * @param into gets the models
     * @return the place behind the last whole one
     */
    int read(ByteBuffer bytes, List<IndexedModel> into) {
        int whole = bytes.position();
        while (bytes.remaining() >= PREFIX) {
            int length = bytes.getInt();
            int checksum = bytes.getInt();
            if (length < 0 || length > bytes.remaining()) {
                break;
            }
            ByteBuffer body = bytes.slice(bytes.position(), length);
            if (checksum(body.duplicate()) != checksum) {
                break;
            }
            into.add(model(body));
            bytes.position(bytes.position() + length);
            whole = bytes.position();
        }
        return whole;
    }

    private IndexedModel model(ByteBuffer body) {
        String key = text(body);
        String base = shared(body);
        String baseHash = shared(body);
        String vocabulary = shared(body);
        int images = body.getInt();
        List<Part> parts = new ArrayList<>();
        for (int i = body.getInt(); i > 0; i--) {
            parts.add(new Part(shared(body), text(body), body.getDouble()));
        }
        List<Shown> aspects = new ArrayList<>();
        for (int i = body.getInt(); i > 0; i--) {
            aspects.add(new Shown(shared(body), body.getDouble(), body.getDouble()));
        }
        return new IndexedModel(key, base, baseHash, List.copyOf(parts), vocabulary, images, List.copyOf(aspects));
    }

    private String shared(ByteBuffer body) {
        return texts.computeIfAbsent(text(body), text -> text);
    }

    private static String text(ByteBuffer body) {
        byte[] bytes = new byte[body.getInt()];
        body.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
