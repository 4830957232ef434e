package dev.finexl.onnx;

import dev.finexl.store.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;

/**
 * Keeps ONNX Runtime's native libraries unpacked from one start of the program to the next. ONNX Runtime carries them
 * compressed in its jar, and by itself unpacks 28 MB of them into a new temporary folder at every start.
 *
 * <p>A file is taken as it lies there if it has the size and the CRC-32 that the jar gives it, which finds what was cut off or
 * overwritten: whatever was written to since it was last found right is read again. It is no protection against who can write to the
 * folder, which must be the user's own. A file is
 * written aside and moved to its place in one step, so processes that start together do not disturb
 * each other, and none sees half a file. Each set of libraries has a folder by its sizes and sums: versions do not mix.
 */
public final class UnpackedLibraries {

    /** Where ONNX Runtime looks for its libraries before it unpacks any; who sets it himself is left alone. */
    private static final String PROPERTY = "onnxruntime.native.path";

    private static final String RESOURCES = "ai/onnxruntime/native/";

    /** Those that every build of ONNX Runtime has, and those of CUDA, which are only in the one for GPUs. */
    private static final List<String> NAMES =
            List.of("onnxruntime", "onnxruntime4j_jni", "onnxruntime_providers_shared", "onnxruntime_providers_cuda");

    private static final int BUFFER = 1 << 16;

    private record Library(String file, URL resource, long size, OptionalLong crc) {}

    private UnpackedLibraries() {}

    /**
     * Unpacks the libraries of this platform if they are not there, and tells ONNX Runtime of them. To be called before any class
     * of ONNX Runtime is used. Where there are none, or the place cannot be written, ONNX Runtime does it its own way.
     *
     * @param place folder for this and for other versions; made if need be
     * @return the folder that ONNX Runtime loads from; null if it was left alone
     */
    public static synchronized Path use(Path place) {
        if (System.getProperty(PROPERTY) != null) {
            return null;
        }
        try {
            Path folder = unpack(place, UnpackedLibraries.class.getClassLoader(), RESOURCES + platform() + "/");
            if (folder != null) {
                System.setProperty(PROPERTY, folder.toString());
            }
            return folder;
        } catch (IOException _) {
            return null;
        }
    }

    /**
     * Unpacks libraries that are not there as they should be.
     *
     * @param resources folder on the class path that ends with a slash
     * @return their folder below {@code place}, absolute; null if the class path has none
     */
    static Path unpack(Path place, ClassLoader loader, String resources) throws IOException {
        List<Library> libraries = NAMES.stream()
                .map(System::mapLibraryName)
                .filter(file -> loader.getResource(resources + file) != null)
                .map(file -> library(file, loader.getResource(resources + file)))
                .toList();
        if (libraries.isEmpty()) {
            return null;
        }
        Path folder = place.toAbsolutePath().resolve("onnxruntime-" + key(libraries));
        Files.createDirectories(folder);
        for (Library library : libraries) {
            Path file = folder.resolve(library.file());
            if (!isWhole(file, library)) {
                try (InputStream in = library.resource().openStream()) {
                    WholeFile.write(file, in);
                }
                seal(file, library);
            }
        }
        return folder;
    }

    private static Library library(String file, URL resource) {
        try {
            URLConnection connection = resource.openConnection();
            if (connection instanceof JarURLConnection jar) {
                ZipEntry entry = jar.getJarEntry();
                return new Library(file, resource, entry.getSize(), OptionalLong.of(entry.getCrc()));
            }
            return new Library(file, resource, connection.getContentLengthLong(), OptionalLong.empty());
        } catch (IOException e) {
            throw new OnnxException("the library " + resource + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static String key(List<Library> libraries) {
        CRC32 sum = new CRC32();
        for (Library library : libraries) {
            sum.update(ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(library.size())
                    .putLong(library.crc().orElse(0))
                    .flip());
        }
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }

    private static boolean isWhole(Path file, Library library) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) != library.size()) {
            return false;
        }
        if (library.crc().isEmpty() || Files.getLastModifiedTime(file).equals(time(library))) {
            return true;
        }
        boolean whole = crc(file) == library.crc().getAsLong();
        if (whole) {
            seal(file, library);
        }
        return whole;
    }

    /**
     * Gives a file whose bytes are right a time of modification that tells so, which any later change takes away: to read 25 MB at every
     * start is a part of it that can be felt. Where the time cannot be set, the bytes are read again.
     */
    private static void seal(Path file, Library library) {
        if (library.crc().isEmpty()) {
            return;
        }
        try {
            Files.setLastModifiedTime(file, time(library));
        } catch (IOException _) {
            // Somebody else's file, from which libraries are loaded all the same.
        }
    }

    /** A second since 1970 for every checksum. */
    private static FileTime time(Library library) {
        return FileTime.from(library.crc().getAsLong(), TimeUnit.SECONDS);
    }

    private static long crc(Path file) throws IOException {
        CRC32 sum = new CRC32();
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
            while (channel.read(buffer) >= 0) {
                sum.update(buffer.flip());
                buffer.clear();
            }
        }
        return sum.getValue();
    }

    /** As ONNX Runtime names platforms in its jar. */
    private static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return (system.contains("mac") ? "osx" : system.contains("win") ? "win" : "linux")
                + (machine.equals("aarch64") || machine.equals("arm64") ? "-aarch64" : "-x64");
    }
}
