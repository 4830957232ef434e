package dev.finexl.embed;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/**
 * The kinds of picture file that are read, told apart by how their content starts.
 *
 * <p>A picture file carries more than a picture: colour profiles, text, thumbnails, animation. ImageIO's readers look at
 * it. They convert colours by the profile, which Pillow, and with it everything that CLIP was trained on, does not; and
 * whatever is parsed is a way in for a hostile file. So each kind can {@link #reduce} a file to the bare picture, and
 * only that is decoded.
 */
enum ImageFormat {
    PNG("PNG", 0, "\u0089PNG\r\n\u001A\n", PngFile::reduce, () -> ofJdk("png")),
    JPEG(
            "JPEG",
            0,
            "\u00FF\u00D8\u00FF",
            JpegFile::reduce,
            () -> of(JPEGImageReaderSpi.class, JPEGImageReaderSpi::new)),
    WEBP("WebP", 8, "WEBP", WebpFile::reduce, () -> of(WebPImageReaderSpi.class, WebPImageReaderSpi::new)),
    GIF("GIF", 0, "GIF8", file -> file, () -> ofJdk("gif")),
    BMP("BMP", 0, "BM", BmpFile::reduce, () -> ofJdk("bmp"));

    private final String label;
    private final int offset;
    private final byte[] signature;
    private final Reduction reduction;
    private final Readers readers;

    ImageFormat(String label, int offset, String signature, Reduction reduction, Readers readers) {
        this.label = label;
        this.offset = offset;
        this.signature = signature.getBytes(StandardCharsets.ISO_8859_1);
        this.reduction = reduction;
        this.readers = readers;
    }

    /** The kind that a file's content starts like. */
    static Optional<ImageFormat> of(byte[] file) {
        return Arrays.stream(values()).filter(format -> format.starts(file)).findFirst();
    }

    private boolean starts(byte[] file) {
        int end = offset + signature.length;
        return file.length >= end && Arrays.equals(file, offset, end, signature, 0, signature.length);
    }

    /**
     * Takes away everything but the picture.
     *
     * @throws IIOException if the file is cut off or not built as this kind is
     */
    byte[] reduce(byte[] file) throws IIOException {
        return reduction.reduce(file);
    }

    /** A new reader. The caller disposes of it. */
    ImageReader newReader() throws IOException {
        return readers.open();
    }

    @Override
    public String toString() {
        return label;
    }

    private static ImageReader ofJdk(String name) {
        return ImageIO.getImageReadersByFormatName(name).next();
    }

    /** ImageIO finds plug-ins by the class loader of the thread that used it first; here it does not matter who did. */
    private static <T extends ImageReaderSpi> ImageReader of(Class<T> type, Supplier<T> constructor)
            throws IOException {
        IIORegistry registry = IIORegistry.getDefaultInstance();
        T provider = registry.getServiceProviderByClass(type);
        if (provider == null) {
            provider = constructor.get();
            registry.registerServiceProvider(provider, ImageReaderSpi.class);
        }
        return provider.createReaderInstance();
    }

    @FunctionalInterface
    private interface Reduction {
        byte[] reduce(byte[] file) throws IIOException;
    }

    @FunctionalInterface
    private interface Readers {
        ImageReader open() throws IOException;
    }
}
