package dev.finexl.embed;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The door to the Hugging Face tokenizer library, which DJL carries as a native library in its jar. It is there because
 * of what DJL 0.38 does at its first tokenizer:
 *
 * <ul>
 *   <li>It reports to its makers over the network, and looks for a GPU to download a matching library for. Its offline
 *       mode turns both off, and is switched on here before any of its classes is touched; the environment variable
 *       {@code DJL_OFFLINE} can switch it off.
 *   <li>It looks for a GPU all the same, by JNA, which starts the program {@code ldconfig} to learn where libraries are. It is told
 *       that there are no other places than the linker's own, unless somebody has told it some ({@value #JNA_PATH}).
 *   <li>It unpacks the library (15 MB) into {@code .djl.ai} in the home directory, and finds it there the next time.
 *       Where the home directory cannot be written it would take the same name in the shared temporary directory, and
 *       load whatever somebody put there. So then it gets a new directory of our own, which is removed as soon as the
 *       library is loaded. {@code RUST_LIBRARY_PATH} (the library's file, so that nothing is unpacked),
 *       {@code ENGINE_CACHE_DIR} and {@code DJL_CACHE_DIR}, as environment variables or system properties, go before.
 * </ul>
 */
final class TokenizerLibrary {

    /** Truncation and padding are the caller's, whatever the tokenizer's file says. */
    private static final Map<String, String> OPTIONS = Map.of("truncation", "false", "padding", "false");

    private static final String JNA_PATH = "jna.platform.library.path";

    private static boolean loaded;

    private TokenizerLibrary() {}

    /**
     * Makes a tokenizer, after {@link #load()}. The caller closes it.
     *
     * @param json a whole {@code tokenizer.json}
     * @throws RuntimeException with the library's message if it refuses the tokenizer
     */
    static HuggingFaceTokenizer newTokenizer(byte[] json) {
        try {
            return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), OPTIONS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Loads the native library, once.
     *
     * @throws IllegalStateException if that does not work on this machine
     */
    static synchronized void load() {
        if (loaded) {
            return;
        }
        setUnlessGiven("ai.djl.offline", "true");
        setUnlessGiven(JNA_PATH, "");
        try {
            if (isGiven("RUST_LIBRARY_PATH")
                    || isGiven("ENGINE_CACHE_DIR")
                    || isGiven("DJL_CACHE_DIR")
                    || Files.isWritable(Path.of(System.getProperty("user.home")))) {
                LibUtils.checkStatus();
            } else {
                loadFromOwnDirectory();
            }
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new IllegalStateException(
                    "the tokenizer library cannot be loaded; it needs a directory that it can be unpacked to, which"
                            + " DJL_CACHE_DIR can name: " + e.getMessage(),
                    e);
        }
        loaded = true;
    }

    private static void loadFromOwnDirectory() throws IOException {
        Path directory = Files.createTempDirectory("finexl-tokenizers");
        System.setProperty("ENGINE_CACHE_DIR", directory.toString());
        try {
            LibUtils.checkStatus();
        } finally {
            System.clearProperty("ENGINE_CACHE_DIR");
            delete(directory);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> contents = Files.walk(directory)) {
            for (Path path : contents.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }

    private static void setUnlessGiven(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private static boolean isGiven(String name) {
        String value = System.getenv(name) != null ? System.getenv(name) : System.getProperty(name);
        return value != null && !value.isEmpty();
    }
}
