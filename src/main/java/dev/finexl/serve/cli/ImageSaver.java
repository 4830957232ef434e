package dev.finexl.serve.cli;

import dev.finexl.embed.ContactSheet;
import dev.finexl.embed.PngEncoder;
import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener;
import dev.finexl.store.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Writes the pictures of an explanation as they come: {@code base/0000.png}, {@code personalized/0000.png} and so on,
 * and at the end a contact sheet with the base above the personalised.
 *
 * <p>They are written aside and moved to their folder by {@link #finish()}, so that an explanation that fails leaves
 * none behind.
 */
final class ImageSaver implements ExplainListener, AutoCloseable {

    /** Enough to see what changed; a sheet of a thousand large pictures would fit no memory. */
    private static final int ON_SHEET = 32;

    private static final int SHEET_COLUMNS = 8;

    private final Path folder;
    private final boolean made;
    private final Path aside;
    private final Map<Side, TreeMap<Integer, RgbImage>> sheet = new EnumMap<>(Side.class);
    private boolean finished;

    /** @throws IOException if the folder cannot be made */
    ImageSaver(Path folder) throws IOException {
        this.folder = folder.toAbsolutePath();
        this.made = Files.notExists(this.folder);
        Files.createDirectories(this.folder);
        this.aside = Files.createTempDirectory(this.folder, ".finexl-");
        for (Side side : Side.values()) {
            Files.createDirectories(aside.resolve(side.key()));
            sheet.put(side, new TreeMap<>());
        }
    }

    @Override
    public Pictures pictures() {
        return Pictures.ALL;
    }

    @Override
    public void image(Side side, int index, RgbImage image) {
        try {
            Files.write(
                    aside.resolve(side.key()).resolve(String.format(Locale.ROOT, "%04d.png", index)),
                    PngEncoder.encode(image));
        } catch (IOException e) {
            throw new UncheckedIOException("pictures cannot be written to " + folder, e);
        }
        if (index < ON_SHEET) {
            sheet.get(side).put(index, image);
        }
    }

    /** Writes the contact sheet and moves everything to its place. */
    void finish() throws IOException {
        finished = true;
        RgbImage drawn = ContactSheet.of(
                List.copyOf(sheet.get(Side.BASE).values()),
                List.copyOf(sheet.get(Side.PERSONALIZED).values()),
                SHEET_COLUMNS);
        Files.write(aside.resolve("contact-sheet.png"), PngEncoder.encode(drawn));
        try (Stream<Path> files = Files.walk(aside)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = folder.resolve(aside.relativize(file));
                Files.createDirectories(target.getParent());
                Files.move(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** Removes what was written aside, and the folder if it was made for pictures that never came. */
    @Override
    public void close() throws IOException {
        Folders.remove(aside);
        if (made && !finished) {
            Files.deleteIfExists(folder);
        }
    }
}
