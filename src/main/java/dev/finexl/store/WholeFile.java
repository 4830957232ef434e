package dev.finexl.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

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
        Path aside = Files.createTempFile(absolute.getParent(), ".finexl-", ".part");
        try {
            Files.write(aside, bytes);
            Files.move(aside, absolute, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(aside);
        }
    }
}
