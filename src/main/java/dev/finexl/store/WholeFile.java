package dev.finexl.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes a file so that nobody ever sees half of it: aside, and then renamed to its place. */
public final class WholeFile {

    private WholeFile() {}

    /**
     * Writes a file, in place of one that may be there.
     *
     * @param target in a folder that exists
     * @throws IOException if the file cannot be written; nothing is left behind then
     */
    public static void write(Path target, byte[] bytes) throws IOException {
        Path absolute = target.toAbsolutePath();
        // Not a temporary file of the JDK's: those are for their owner's eyes alone, and stay so when they are renamed.
        Path aside = absolute.resolveSibling(".finexl-" + UUID.randomUUID() + ".part");
        try {
            Files.write(aside, bytes, StandardOpenOption.CREATE_NEW);
            Files.move(aside, absolute, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(aside);
        }
    }
}
