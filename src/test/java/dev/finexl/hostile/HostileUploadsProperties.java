package dev.finexl.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.job.PictureArchive;
import dev.finexl.job.PictureFolders;
import dev.finexl.job.Upload;
import dev.finexl.job.UploadRoom;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import org.apache.commons.compress.archivers.zip.UnixStat;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Zip files as enemies pack them. Whatever becomes of one, nothing of it is anywhere afterwards. */
@PropertyDefaults(shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
class HostileUploadsProperties {

    private static final long ROOM = 1 << 20;

    private static final String[] NAMES = {
        "base/0.png",
        "base/1.png",
        "personalized/0.png",
        "personalized/1.png",
        "request.json",
        "base/",
        "base",
        "",
        "/",
        "/etc/passwd",
        "../escaped.png",
        "base/../../escaped.png",
        "base/..",
        "base/.",
        "base//0.png",
        "base\\0.png",
        "base/sub/0.png",
        "base/\u00fc\u4e2d.png",
        "base/\ud800.png",
        "base/nul\u0000.png",
        "base/" + "x".repeat(300) + ".png",
        "base/" + "\u4e2d".repeat(150) + ".png",
        "personalized/C:\\0.png",
        "base/0.png:stream",
        "request.json/0.png"
    };

    private static final ScratchFolder SCRATCH = new ScratchFolder();
    private static final Path ROOT = SCRATCH.path();

    @AfterContainer
    static void remove() {
        SCRATCH.close();
    }

    @Property(tries = 1500, seed = "1")
    void anArchive(@ForAll long seed) throws IOException {
        UploadRoom room = new UploadRoom(ROOM);
        PictureFolders folders = new PictureFolders(ROOT.resolve("pictures"), room);
        Trial.hold(seed, one -> receive(new Mutator(one), folders), "");
        try (Stream<Path> left = Files.walk(ROOT)) {
            Set<Path> kept = Set.of(ROOT, ROOT.resolve("pictures"));
            assertThat(left).as("files after seed %d", seed).allMatch(kept::contains);
        }
        room.take("everything", ROOM);
    }

    private static void receive(Mutator mutator, PictureFolders folders) throws IOException {
        Path file = Files.createTempFile(ROOT, "upload", ".zip");
        try (Upload upload = new Upload(folders, ROOM / 2)) {
            byte[] zip = zip(mutator);
            Files.write(file, mutator.random().nextInt(3) == 0 ? mutator.spoil(zip) : zip);
            PictureArchive.receive(file, upload);
        } finally {
            Files.delete(file);
        }
    }

    private static byte[] zip(Mutator mutator) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
            for (int i = mutator.random().nextInt(1, 6); i > 0; i--) {
                // Those that are right come first, or hardly any archive would be.
                String name = NAMES[mutator.random().nextInt(mutator.oneOf(4, 4, 4, NAMES.length))];
                ZipArchiveEntry entry = new ZipArchiveEntry(name);
                if (mutator.random().nextInt(16) == 0) {
                    entry.setUnixMode(mutator.oneOf(UnixStat.LINK_FLAG, UnixStat.DIR_FLAG, UnixStat.FILE_FLAG) | 0777);
                }
                zip.putArchiveEntry(entry);
                if (!entry.isDirectory()) {
                    zip.write(content(mutator));
                }
                zip.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] content(Mutator mutator) {
        return switch (mutator.random().nextInt(8)) {
            case 0 -> new byte[2 << 20];
            case 1 -> "{\"base\": 1}".getBytes(StandardCharsets.UTF_8);
            case 2 -> "/etc/passwd".getBytes(StandardCharsets.UTF_8);
            default -> new byte[mutator.random().nextInt(100)];
        };
    }
}
