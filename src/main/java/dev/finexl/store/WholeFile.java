package dev.finexl.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
        write(target, new ByteArrayInputStream(bytes));
    }

    /**
     * Writes a file that may be too large for memory, in place of one that may be there.
     *
     * @param target in a folder that exists
     * @param content what is left of it; not closed
     * @throws IOException if the file cannot be written; nothing is left behind then
     */
    public static void write(Path target, InputStream content) throws IOException {
        aside(target, content, (aside, absolute) -> Files.move(aside, absolute, StandardCopyOption.REPLACE_EXISTING));
    }

    /**
     * Writes a file unless one is there. Of several writers at once, in whatever processes, one succeeds.
     *
     * @param target in a folder that exists, on a file system with hard links
     * @return whether it was written
     * @throws IOException if the file cannot be written; nothing is left behind then
     */
    public static boolean writeIfAbsent(Path target, byte[] bytes) throws IOException {
        try {
            // A rename would replace what another writer has put there since one looked; a link does not.
            aside(target, new ByteArrayInputStream(bytes), (aside, absolute) -> Files.createLink(absolute, aside));
            return true;
        } catch (FileAlreadyExistsException _) {
            return false;
        }
    }

    /** How a whole file gets its name. */
    private interface Naming {
        void name(Path aside, Path target) throws IOException;
    }

    private static void aside(Path target, InputStream content, Naming naming) throws IOException {
        Path absolute = target.toAbsolutePath();
        // Not a temporary file of the JDK's: those are for their owner's eyes alone, and stay so when they are renamed.
        Path aside = absolute.resolveSibling(".finexl-" + UUID.randomUUID() + ".part");
        try {
            Files.copy(content, aside);
            naming.name(aside, absolute);
        } finally {
            Files.deleteIfExists(aside);
        }
    }
}
