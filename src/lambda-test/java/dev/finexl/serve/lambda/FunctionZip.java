package dev.finexl.serve.lambda;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** What a build with -Plambda leaves for uploading: jars for Java's runtime, or with -Dnative one executable. */
final class FunctionZip {

    /** What it is asked for where it is tried: few pictures, for what counts is that it answers. */
    static final String REQUEST =
            "{\"base\": \"mini-diffusion\", \"loras\": [{\"model\": \"vivid\"}], \"images\": 2, \"steps\": 2}";

    /** Lambda's name for an executable that asks for its events by itself. */
    static final String BOOTSTRAP = "bootstrap";

    private static final Path FILE = Path.of("target/lambda/function.zip");

    private FunctionZip() {}

    static boolean isNative() throws IOException {
        try (ZipFile zip = new ZipFile(FILE.toFile())) {
            return zip.getEntry(BOOTSTRAP) != null;
        }
    }

    /** The bytes of all its files, which is what Lambda limits. */
    static long unpackedBytes() throws IOException {
        try (ZipFile zip = new ZipFile(FILE.toFile())) {
            long unpacked = zip.stream().mapToLong(ZipEntry::getSize).sum();
            System.out.printf("function.zip: %d bytes, %d unpacked%n", Files.size(FILE), unpacked);
            return unpacked;
        }
    }

    static void unpack(Path folder) throws IOException {
        try (ZipFile zip = new ZipFile(FILE.toFile())) {
            for (ZipEntry entry : zip.stream().filter(e -> !e.isDirectory()).toList()) {
                Path file = folder.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                try (InputStream in = zip.getInputStream(entry)) {
                    Files.copy(in, file);
                }
            }
        }
    }
}
