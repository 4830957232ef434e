package dev.finexl.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.account.Tenant;
import dev.finexl.embed.ImageDecoder;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.InvalidRequestException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Uploads as an enemy makes them: every one is refused by the name of its member, and leaves nothing behind. */
class UploadTest {

    private static final long ROOM = 64 << 20;
    /** The number of this method of compression in zip files. */
    private static final byte XZ = 95;

    private static final byte[] PICTURE = {1, 2, 3};

    @TempDir
    Path folder;

    private PictureFolders folders;

    @BeforeEach
    void open() {
        folders = folders(ROOM);
    }

    private PictureFolders folders(long room) {
        return new PictureFolders(folder.resolve("pictures"), new UploadRoom(room));
    }

    @Test
    void boundsTheUploadsOfATenantTogether() throws IOException {
        PictureFolders shared =
                new PictureFolders(folder.resolve("pictures"), new UploadRoom(ROOM, 2 * PICTURE.length));
        try (Upload first = new Upload(shared, ROOM);
                Upload second = new Upload(shared, ROOM);
                Upload others = new Upload(shared, ROOM)) {
            first.belongsTo(new Tenant("acme"));
            second.belongsTo(new Tenant("acme"));
            others.belongsTo(new Tenant("other"));
            first.add(Side.BASE, "a.png", new ByteArrayInputStream(PICTURE));
            second.add(Side.BASE, "a.png", new ByteArrayInputStream(PICTURE));
            assertThatThrownBy(() -> second.add(Side.BASE, "b.png", new ByteArrayInputStream(PICTURE)))
                    .isInstanceOf(UploadRoom.FullException.class)
                    .hasMessageContaining("your uploads");
            others.add(Side.BASE, "a.png", new ByteArrayInputStream(PICTURE));
            first.close();
            second.add(Side.BASE, "c.png", new ByteArrayInputStream(PICTURE));
        }
    }

    @Test
    void boundsAllUploadsTogether() throws IOException {
        PictureFolders narrow = folders(2 * PICTURE.length);
        Upload kept = new Upload(narrow, ROOM);
        kept.add(Side.BASE, "a.png", new ByteArrayInputStream(PICTURE));
        kept.keep();
        kept.close();

        PictureFolders restarted = folders(2 * PICTURE.length);
        Upload second = new Upload(restarted, ROOM);
        second.add(Side.BASE, "a.png", new ByteArrayInputStream(PICTURE));
        try (Upload third = new Upload(restarted, ROOM)) {
            assertThatThrownBy(() -> third.add(Side.BASE, "a.png", new ByteArrayInputStream(PICTURE)))
                    .isInstanceOf(UploadRoom.FullException.class)
                    .hasMessageContaining("all of the 6 bytes");
        }

        second.close();
        try (Upload third = new Upload(restarted, ROOM)) {
            third.add(Side.BASE, "a.png", new ByteArrayInputStream(PICTURE));
        }
        restarted.remove(kept.id());
        try (Upload fourth = new Upload(restarted, ROOM)) {
            fourth.add(Side.BASE, "a.png", new ByteArrayInputStream(PICTURE));
            fourth.add(Side.PERSONALIZED, "a.png", new ByteArrayInputStream(PICTURE));
        }
    }

    private interface Members {
        void write(ZipArchiveOutputStream zip) throws IOException;
    }

    private Path zip(Members members) throws IOException {
        Path file = folder.resolve("upload.zip");
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(file)) {
            members.write(zip);
        }
        return file;
    }

    private static void member(ZipArchiveOutputStream zip, String name, byte[] content) throws IOException {
        zip.putArchiveEntry(new ZipArchiveEntry(name));
        zip.write(content);
        zip.closeArchiveEntry();
    }

    private void refused(Path archive, String member, String said) throws IOException {
        try (Upload upload = new Upload(folders, ROOM)) {
            assertThatThrownBy(() -> PictureArchive.receive(archive, upload))
                    .isInstanceOfSatisfying(
                            InvalidRequestException.class,
                            e -> assertThat(e.field()).isEqualTo(member))
                    .hasMessageContaining(said);
        }
        try (Stream<Path> left = Files.list(folder.resolve("pictures"))) {
            assertThat(left).isEmpty();
        }
        try (Stream<Path> outside = Files.list(folder)) {
            assertThat(outside.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("pictures", "upload.zip");
        }
    }

    @Test
    void receivesTwoFoldersAndARequest() throws IOException {
        Path archive = zip(zip -> {
            member(zip, "base/", new byte[0]);
            member(zip, "base/ü 1.png", PICTURE);
            member(zip, "personalized/ü 1.png", PICTURE);
            member(zip, "request.json", "{\"encoder\": \"mini-clip\"}".getBytes(StandardCharsets.UTF_8));
        });
        try (Upload upload = new Upload(folders, ROOM)) {
            assertThat(PictureArchive.receive(archive, upload)).hasValue("{\"encoder\": \"mini-clip\"}");
            assertThat(upload.sides().get("base").resolve("ü 1.png")).hasBinaryContent(PICTURE);
            assertThat(upload.sides().get("personalized").resolve("ü 1.png")).hasBinaryContent(PICTURE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "base/../../escaped.png",
                "base/..",
                "base/sub/1.png",
                "base/a\\b.png",
                "base/.hidden.png",
                "base/c:1.png",
                "base/new\nline.png"
            })
    void refusesNamesThatAreNotPlain(String name) throws IOException {
        refused(zip(zip -> member(zip, name, PICTURE)), name, "plain file name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/base/1.png", "1.png", "../base/1.png", "other/1.png", "basement/1.png"})
    void refusesMembersOutsideTheTwoFolders(String name) throws IOException {
        refused(zip(zip -> member(zip, name, PICTURE)), name, "not expected");
    }

    @Test
    void refusesAMemberThatIsThereTwice() throws IOException {
        refused(
                zip(zip -> {
                    member(zip, "base/1.png", PICTURE);
                    member(zip, "base/1.png", PICTURE);
                }),
                "base/1.png",
                "twice");
    }

    @Test
    void refusesALink() throws IOException {
        refused(
                zip(zip -> {
                    ZipArchiveEntry link = new ZipArchiveEntry("base/1.png");
                    link.setUnixMode(0120777);
                    zip.putArchiveEntry(link);
                    zip.write("/etc/passwd".getBytes(StandardCharsets.UTF_8));
                    zip.closeArchiveEntry();
                }),
                "base/1.png",
                "link");
    }

    @Test
    void refusesAnEncryptedMember() throws IOException {
        Path archive = zip(zip -> member(zip, "base/1.png", PICTURE));
        byte[] bytes = Files.readAllBytes(archive);
        // The lowest bit of the flags says so, in the directory as in front of the member.
        bytes[6] |= 1;
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PK\1\2") + 8] |= 1;
        refused(Files.write(archive, bytes), "base/1.png", "encrypted");
    }

    @Test
    void refusesABomb() throws IOException {
        refused(
                zip(zip -> {
                    zip.putArchiveEntry(new ZipArchiveEntry("base/1.png"));
                    byte[] zeros = new byte[1 << 20];
                    for (int i = 0; i < 20; i++) {
                        zip.write(zeros);
                    }
                    zip.closeArchiveEntry();
                }),
                "base/1.png",
                "inflates");
    }

    @Test
    void refusesWhatIsNoZipFile() throws IOException {
        refused(Files.write(folder.resolve("upload.zip"), PICTURE), "body", "zip");
    }

    @Test
    void refusesADirectoryThatWouldFillMemory() throws IOException {
        refused(
                zip(zip -> {
                    for (int i = 0; i < 60_000; i++) {
                        member(zip, "base/%020d.png".formatted(i), new byte[0]);
                    }
                }),
                "body",
                "directory of");
    }

    @Test
    void refusesMorePicturesThanAreAccepted() throws IOException {
        try (Upload upload = new Upload(folders, ROOM)) {
            for (int i = 0; i < ExplainRequest.MAX_IMAGES; i++) {
                upload.add(Side.BASE, i + ".png", new ByteArrayInputStream(PICTURE));
            }
            assertThatThrownBy(() -> upload.add(Side.BASE, "x.png", new ByteArrayInputStream(PICTURE)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("base/x.png")
                    .hasMessageContaining("1000");
        }
    }

    @Test
    void refusesMoreBytesThanAreAccepted() throws IOException {
        try (Upload upload = new Upload(folders, 5)) {
            upload.add(Side.BASE, "1.png", new ByteArrayInputStream(PICTURE));
            assertThatThrownBy(() -> upload.add(Side.PERSONALIZED, "1.png", new ByteArrayInputStream(PICTURE)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("personalized/1.png")
                    .hasMessageContaining("5 bytes accepted in all");
        }
        try (Upload upload = new Upload(folders, ROOM)) {
            InputStream large = new ByteArrayInputStream(new byte[ImageDecoder.DEFAULT_BYTES + 1]);
            assertThatThrownBy(() -> upload.add(Side.BASE, "1.png", large)).hasMessageContaining("larger");
        }
    }

    @Test
    void isTheSameWhateverOrderItCameIn() throws IOException {
        String hash = hash(Side.BASE, Side.PERSONALIZED);
        assertThat(hash(Side.PERSONALIZED, Side.BASE)).isEqualTo(hash);
        try (Upload other = new Upload(folders, ROOM)) {
            other.add(Side.BASE, "1.png", new ByteArrayInputStream(PICTURE));
            other.add(Side.PERSONALIZED, "1.png", new ByteArrayInputStream(new byte[] {1, 2, 4}));
            assertThat(other.hash()).isNotEqualTo(hash);
        }
    }

    private String hash(Side... order) throws IOException {
        try (Upload upload = new Upload(folders, ROOM)) {
            for (Side side : order) {
                upload.add(side, "1.png", new ByteArrayInputStream(PICTURE));
            }
            return upload.hash();
        }
    }

    @Test
    void sweepsWhatBelongsToNoJobAnyMore() throws IOException {
        folders.create("orphan");
        folders.create("owned");
        folders.create("young");
        FileTime old = FileTime.from(Instant.now().minus(PictureFolders.ORPHAN.multipliedBy(2)));
        Files.setLastModifiedTime(folder.resolve("pictures/orphan"), old);
        Files.setLastModifiedTime(folder.resolve("pictures/owned"), old);
        String place = folders.place();
        folders.sweep(Set.of("owned"));
        try (Stream<Path> left = Files.list(folder.resolve("pictures"))) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("owned", "young", "place");
        }
        assertThat(folders(ROOM).place()).isEqualTo(place);
    }

    @Test
    void readsNoMemberThatIsCompressedInAnUnusualWay() throws IOException {
        Path file = zip(zip -> member(zip, "base/a.png", PICTURE));
        byte[] bytes = Files.readAllBytes(file);
        int directory = bytes.length - 22 - 46 - "base/a.png".length();
        while (bytes[directory] != 'P' || bytes[directory + 1] != 'K' || bytes[directory + 2] != 1) {
            directory--;
        }
        bytes[directory + 10] = XZ;
        Files.write(file, bytes);
        try (Upload upload = new Upload(folders, ROOM)) {
            assertThatThrownBy(() -> PictureArchive.receive(file, upload))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("base/a.png")
                    .hasMessageContaining("compressed in a way that is not read here");
        }
    }
}
