package dev.finexl.job;

import dev.finexl.explain.ExplainListener.Side;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * All pictures of a job in one zip file. Exists because what is kept where several processes look is there whole or not at
 * all, and goes as one.
 */
final class PictureBundle {

    /** Bytes of the pictures of one job, at most; what is beyond stays with the process that drew it. */
    static final int LARGEST = 32 << 20;

    private static final Pattern NAME = Pattern.compile("(base|personalized)/([0-9]{1,4})\\.png");

    private PictureBundle() {}

    /**
     * Which picture.
     *
     * @param pair index of its pair, 0 to 9999
     */
    record Name(Side side, int pair) {}

    /** @param pictures as the bytes of PNG files */
    static byte[] pack(Map<Name, byte[]> pictures) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            // They are compressed already.
            zip.setLevel(Deflater.NO_COMPRESSION);
            for (Map.Entry<Name, byte[]> picture : pictures.entrySet()) {
                Name name = picture.getKey();
                zip.putNextEntry(new ZipEntry(name.side().key() + "/" + name.pair() + ".png"));
                zip.write(picture.getValue());
            }
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot be written", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what was packed, or what somebody has put in its place.
     *
     * @throws IOException if it is anything else
     */
    static Map<Name, byte[]> unpack(byte[] bundle) throws IOException {
        Map<Name, byte[]> pictures = new LinkedHashMap<>();
        int left = LARGEST;
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bundle))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Matcher name = NAME.matcher(entry.getName());
                if (!name.matches()) {
                    throw new IOException("a file of pictures holds something else");
                }
                byte[] picture = zip.readNBytes(left + 1);
                if (picture.length > left) {
                    throw new IOException("a file of pictures holds more than %d bytes".formatted(LARGEST));
                }
                left -= picture.length;
                pictures.put(new Name(Side.of(name.group(1)), Integer.parseInt(name.group(2))), picture);
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("a file of pictures cannot be read", e);
        }
        if (pictures.isEmpty()) {
            throw new IOException("a file of pictures holds none");
        }
        return pictures;
    }
}
