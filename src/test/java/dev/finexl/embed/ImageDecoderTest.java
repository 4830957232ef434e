package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.Golden;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {

    private static final ImageDecoder DECODER = new ImageDecoder();

    static Stream<Map.Entry<String, JsonNode>> picturesThatPillowRead() {
        return Golden.json("pictures/pillow.json").get("cases").properties().stream();
    }

    @ParameterizedTest
    @MethodSource("picturesThatPillowRead")
    void equalsPillow(Map.Entry<String, JsonNode> expected) throws Exception {
        RgbImage image = DECODER.decode(Golden.path("pictures/" + expected.getKey()));
        assertThat(image.width()).isEqualTo(expected.getValue().get("width").intValue());
        assertThat(image.height()).isEqualTo(expected.getValue().get("height").intValue());
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(image.rgb());
        assertThat(HexFormat.of().formatHex(hash))
                .isEqualTo(expected.getValue().get("sha256").textValue());
    }

    @Test
    void lossyWebpIsCloseToPillow() {
        byte[] found = DECODER.decode(Golden.path("pictures/lossy.webp")).rgb();
        byte[] expected = DECODER.decode(Golden.path("pictures/lossy.webp.png")).rgb();
        assertThat(found).hasSameSizeAs(expected);
        long sum = 0;
        for (int i = 0; i < found.length; i++) {
            int difference = Math.abs((found[i] & 0xFF) - (expected[i] & 0xFF));
            assertThat(difference).isLessThanOrEqualTo(30);
            sum += difference;
        }
        assertThat((double) sum / found.length).isLessThan(3);
    }

    @Test
    void theContentSaysWhatItIs() {
        byte[] jpeg = Golden.bytes("pictures/full.jpg");
        assertThat(DECODER.decode(jpeg, "picture.png")).isEqualTo(DECODER.decode(jpeg, "picture.jpg"));
        assertThatExceptionOfType(ImageFileException.class)
                .isThrownBy(() -> DECODER.decode("<svg/>".getBytes(), "picture.png"))
                .withMessage("picture 'picture.png' is not a PNG, JPEG, WebP, GIF or BMP file");
        assertThatExceptionOfType(ImageFileException.class).isThrownBy(() -> DECODER.decode(new byte[0], "empty.png"));
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatExceptionOfType(ImageFileException.class)
                .isThrownBy(() -> DECODER.decode(Path.of("no", "such.png")))
                .withMessageContaining("such.png' cannot be read");
    }

    @Test
    void pixelsAreBoundedByTheHeader() throws IOException {
        for (int[] size : new int[][] {{50_000, 50_000}, {Integer.MAX_VALUE, Integer.MAX_VALUE}, {70_000, 1}}) {
            assertThatExceptionOfType(ImageFileException.class)
                    .isThrownBy(() -> DECODER.decode(png(size[0], size[1], new byte[100]), "bomb.png"))
                    .withMessage("picture 'bomb.png' has %d × %d pixels, expected 1 to 65535 on each side and at most"
                                    .formatted(size[0], size[1])
                            + " 40000000 in all");
        }
        ImageDecoder small = new ImageDecoder(ImageDecoder.DEFAULT_BYTES, 45 * 31 - 1);
        for (String name :
                new String[] {"rgb.png", "full.jpg", "lossless.webp", "lossy.webp", "palette.gif", "rgb.bmp"}) {
            assertThatExceptionOfType(ImageFileException.class)
                    .isThrownBy(() -> small.decode(Golden.path("pictures/" + name)))
                    .withMessageContaining("has 45 × 31 pixels");
        }
    }

    @Test
    void bytesAreBounded() throws IOException {
        byte[] file = Golden.bytes("pictures/rgb.png");
        ImageDecoder exact = new ImageDecoder(file.length, ImageDecoder.DEFAULT_PIXELS);
        assertThat(exact.decode(new ByteArrayInputStream(file), "a.png")).isEqualTo(exact.decode(file, "a.png"));
        ImageDecoder small = new ImageDecoder(file.length - 1, ImageDecoder.DEFAULT_PIXELS);
        assertThatExceptionOfType(ImageFileException.class)
                .isThrownBy(() -> small.decode(new ByteArrayInputStream(file), "a.png"))
                .withMessage("picture 'a.png' is larger than the %d bytes accepted".formatted(file.length - 1));
        assertThatExceptionOfType(ImageFileException.class).isThrownBy(() -> small.decode(file, "a.png"));
        assertThatIllegalArgumentException().isThrownBy(() -> new ImageDecoder(0, 1));
    }

    @Test
    void aTextThatInflatesToGigabytesIsNotRead() throws IOException {
        byte[] picture = Golden.bytes("pictures/palette.png");
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.write("Comment\0\0".getBytes());
        byte[] zeros = new byte[1 << 20];
        byte[] buffer = new byte[1 << 16];
        try (Deflater deflater = new Deflater()) {
            for (int i = 0; i < 2; i++) {
                deflater.setInput(zeros);
                text.write(buffer, 0, deflater.deflate(buffer, 0, buffer.length, Deflater.FULL_FLUSH));
            }
            deflater.setInput(zeros);
            int block = deflater.deflate(buffer, 0, buffer.length, Deflater.FULL_FLUSH);
            for (int i = 0; i < 4000; i++) {
                text.write(buffer, 0, block);
            }
        }
        byte[] bomb = insert(picture, 33, chunk("zTXt", text.toByteArray()));
        assertThat(DECODER.decode(bomb, "bomb.png")).isEqualTo(DECODER.decode(picture, "picture.png"));
    }

    @Test
    void aJpegOfEndlessScansIsRefused() {
        byte[] jpeg = Golden.bytes("pictures/progressive.jpg");
        int scan = jpeg.length - 2;
        byte[] scans = new byte[10 * 200];
        byte[] one = {(byte) 0xFF, (byte) 0xDA, 0, 8, 1, 1, 0, 1, 1, 0x10};
        for (int i = 0; i < 200; i++) {
            System.arraycopy(one, 0, scans, 10 * i, 10);
        }
        assertThatExceptionOfType(ImageFileException.class)
                .isThrownBy(() -> DECODER.decode(insert(jpeg, scan, scans), "slow.jpg"))
                .withMessageContaining("more than 100 scans");
    }

    /** The reader would fill 36 million pixels with zeros from behind the end of the file. */
    @Test
    void aWebpThatIsLargerThanItsDataIsRefused() {
        byte[] webp = Golden.bytes("pictures/lossless.webp");
        ByteBuffer file = ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN);
        int widthMinusOne = 5999;
        int heightMinusOne = 5999;
        file.putInt(21, file.getInt(21) & 0xF0000000 | heightMinusOne << 14 | widthMinusOne);
        assertThatExceptionOfType(ImageFileException.class)
                .isThrownBy(() -> DECODER.decode(webp, "slow.webp"))
                .withMessage("picture 'slow.webp' is not a readable WebP: it is cut off");
    }

    @Test
    void aBmpThatWrapsAnotherFileIsRefused() {
        byte[] bmp = Golden.bytes("pictures/rgb.bmp");
        ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(30, 5);
        assertThatExceptionOfType(ImageFileException.class)
                .isThrownBy(() -> DECODER.decode(bmp, "wrap.bmp"))
                .withMessageContaining("has the compression 5, expected 0 to 3");
    }

    @Test
    void aSpoiltChunkIsNoticed() {
        byte[] png = Golden.bytes("pictures/rgb.png");
        png[60]++;
        assertThatExceptionOfType(ImageFileException.class)
                .isThrownBy(() -> DECODER.decode(png, "a.png"))
                .withMessage("picture 'a.png' is not a readable PNG: the chunk IDAT has a wrong check sum");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rgb.png", "full.jpg", "lossless.webp", "lossy.webp", "palette.gif", "rgb.bmp"})
    void aFileThatIsCutOffIsAnError(String name) {
        byte[] file = Golden.bytes("pictures/" + name);
        for (int length : new int[] {20, 50, file.length / 2, file.length - file.length / 8}) {
            assertThatExceptionOfType(ImageFileException.class)
                    .as("%s of %d bytes", name, length)
                    .isThrownBy(() -> DECODER.decode(Arrays.copyOf(file, length), name));
        }
    }

    private static byte[] png(int width, int height, byte[] data) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0});
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(Golden.bytes("pictures/rgb.png"), 0, 8);
        file.write(chunk("IHDR", header.array()));
        file.write(chunk("IDAT", data));
        file.write(chunk("IEND", new byte[0]));
        return file.toByteArray();
    }

    private static byte[] chunk(String type, byte[] data) {
        ByteBuffer chunk = ByteBuffer.allocate(data.length + 12)
                .putInt(data.length)
                .put(type.getBytes())
                .put(data);
        return chunk.putInt(PngFile.checksum(chunk.array(), 4, data.length + 4)).array();
    }

    private static byte[] insert(byte[] file, int at, byte[] piece) {
        return ByteBuffer.allocate(file.length + piece.length)
                .put(file, 0, at)
                .put(piece)
                .put(file, at, file.length - at)
                .array();
    }
}
