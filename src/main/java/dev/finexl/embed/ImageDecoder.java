package dev.finexl.embed;

import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Reads picture files as Pillow's {@code Image.open(f).convert("RGB")} does: PNG, JPEG, WebP, GIF and BMP, known by
 * their content, not by their name.
 *
 * <p>Like Pillow (and so like transformers), it takes samples as they are: alpha is dropped, not composited; colour
 * profiles and gamma are not applied; a palette's colours are looked up; grey becomes three equal samples; EXIF
 * orientation is not applied. Of an animation it is the first frame. PNG, JPEG and lossless WebP come out equal to
 * Pillow's to the bit; lossy WebP differs by a few levels at edges of colour, since its chroma is interpolated
 * differently. Of 16-bit samples the high byte is taken, where Pillow clips those of grey pictures.
 *
 * <p>Every file is hostile: its bytes are bounded as they are read, its pixels by its header before anything is
 * allocated for them. Decoding needs some 10 bytes for each pixel. Immutable and thread-safe.
 */
public final class ImageDecoder {

    /** Bytes of a file that are accepted unless said otherwise: 32 MiB. */
    public static final int DEFAULT_BYTES = 32 << 20;

    /** Pixels of a picture that are accepted unless said otherwise: 40 million. */
    public static final long DEFAULT_PIXELS = 40_000_000;

    /** As in JPEG. Longer pictures exist only to break something. */
    private static final int LONGEST_SIDE = 65_535;

    private static final long LARGEST_ARRAY = 500_000_000;

    private final int maxBytes;
    private final long maxPixels;

    /** A decoder with the default bounds. */
    public ImageDecoder() {
        this(DEFAULT_BYTES, DEFAULT_PIXELS);
    }

    /**
     * @param maxBytes of a file, 1 or more
     * @param maxPixels of a picture, 1 to 500 million
     */
    public ImageDecoder(int maxBytes, long maxPixels) {
        if (maxBytes < 1 || maxPixels < 1 || maxPixels > LARGEST_ARRAY) {
            throw new IllegalArgumentException("the bounds are %d bytes and %d pixels, expected 1 or more and 1 to %d"
                    .formatted(maxBytes, maxPixels, LARGEST_ARRAY));
        }
        this.maxBytes = maxBytes;
        this.maxPixels = maxPixels;
    }

    /**
     * Reads a picture from disk.
     *
     * @throws ImageFileException if there is no such file, or it is not a picture within the bounds
     */
    public RgbImage decode(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return decode(in, file.toString());
        } catch (IOException e) {
            throw new ImageFileException(file.toString(), "cannot be read: " + e, e);
        }
    }

    /**
     * Reads a picture from a stream, up to the stream's end.
     *
     * @param name of the picture, for messages
     * @throws ImageFileException if it is not a picture within the bounds
     */
    public RgbImage decode(InputStream in, String name) throws IOException {
        byte[] bytes = in.readNBytes(maxBytes);
        if (bytes.length == maxBytes && in.read() >= 0) {
            throw tooLarge(name);
        }
        return decode(bytes, name);
    }

    /**
     * Reads a picture from memory.
     *
     * @param name of the picture, for messages
     * @throws ImageFileException if it is not a picture within the bounds
     */
    public RgbImage decode(byte[] bytes, String name) {
        if (bytes.length > maxBytes) {
            throw tooLarge(name);
        }
        ImageFormat format = ImageFormat.of(bytes)
                .orElseThrow(() -> new ImageFileException(name, "is not a PNG, JPEG, WebP, GIF or BMP file"));
        try (ImageInputStream input = new MemoryImageInput(format.reduce(bytes))) {
            ImageReader reader = format.newReader();
            try {
                reader.setInput(input, true, true);
                requirePixels(name, reader.getWidth(0), reader.getHeight(0));
                return toRgb(reader.read(0));
            } finally {
                reader.dispose();
            }
        } catch (ImageFileException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The readers answer malformed files with whatever exception their arithmetic ends in.
            String reason = e.getMessage() == null ? e.toString() : e.getMessage();
            throw new ImageFileException(name, "is not a readable %s: %s".formatted(format, reason), e);
        }
    }

    private ImageFileException tooLarge(String name) {
        return new ImageFileException(name, "is larger than the %d bytes accepted".formatted(maxBytes));
    }

    private void requirePixels(String name, int width, int height) {
        if (width < 1 || height < 1 || (long) width * height > maxPixels || Math.max(width, height) > LONGEST_SIDE) {
            throw new ImageFileException(
                    name,
                    "has %d × %d pixels, expected 1 to %d on each side and at most %d in all"
                            .formatted(width, height, LONGEST_SIDE, maxPixels));
        }
    }

    private static RgbImage toRgb(BufferedImage image) {
        byte[] rgb = new byte[3 * image.getWidth() * image.getHeight()];
        if (image.getColorModel() instanceof ComponentColorModel components) {
            copySamples(image.getRaster(), components.getComponentSize(0) - Byte.SIZE, rgb);
        } else {
            copyColors(image, rgb);
        }
        return new RgbImage(image.getWidth(), image.getHeight(), rgb);
    }

    /** Takes samples from the raster, past the colour model: that one would convert greys to another brightness. */
    private static void copySamples(Raster raster, int shift, byte[] rgb) {
        int width = raster.getWidth();
        int bands = raster.getNumBands();
        int step = bands < 3 ? 0 : 1;
        int[] row = new int[bands * width];
        int target = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < row.length; x += bands) {
                rgb[target++] = (byte) (row[x] >> shift);
                rgb[target++] = (byte) (row[x + step] >> shift);
                rgb[target++] = (byte) (row[x + 2 * step] >> shift);
            }
        }
    }

    /** Looks up palettes, and widens samples that share a word. */
    private static void copyColors(BufferedImage image, byte[] rgb) {
        int[] row = new int[image.getWidth()];
        int target = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, row.length, 1, row, 0, row.length);
            for (int color : row) {
                rgb[target++] = (byte) (color >> 16);
                rgb[target++] = (byte) (color >> 8);
                rgb[target++] = (byte) color;
            }
        }
    }
}
