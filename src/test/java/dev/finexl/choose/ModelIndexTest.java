package dev.finexl.choose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.finexl.store.StorageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelIndexTest {

    private static final int HEADER = 8;

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("models.index");
    }

    private static List<IndexedModel> models(int count) {
        return IntStream.range(0, count).mapToObj(IndexedModels::random).toList();
    }

    @Test
    void keepsModelsForOthers() {
        ModelIndex index = new ModelIndex(folder);
        ModelIndex other = new ModelIndex(folder);
        assertThat(index.all()).isEmpty();
        models(50).forEach(index::add);

        assertThat(other.all()).isEqualTo(models(50)).isEqualTo(index.all());
        assertThat(other.find(models(50).get(7).key())).contains(models(50).get(7));
        assertThat(other.find("nothing")).isEmpty();

        other.add(IndexedModels.random(50));
        assertThat(index.all()).isEqualTo(models(51));
    }

    @Test
    void keepsTheLastOfAKeyAndWritesNothingTwice() throws Exception {
        ModelIndex index = new ModelIndex(folder);
        index.add(IndexedModels.lora("a", "vivid", 0.5));
        index.add(IndexedModels.lora("b", "dark", 0.5));
        long size = Files.size(file());
        index.add(IndexedModels.lora("a", "vivid", 0.5));
        assertThat(Files.size(file())).isEqualTo(size);
        index.add(IndexedModels.lora("a", "vivid", 0.6));
        assertThat(new ModelIndex(folder).all())
                .containsExactly(IndexedModels.lora("b", "dark", 0.5), IndexedModels.lora("a", "vivid", 0.6));
    }

    @Test
    void writesTheFileAnewWhenMostOfItIsOutdated() throws Exception {
        ModelIndex index = new ModelIndex(folder);
        ModelIndex reader = new ModelIndex(folder);
        index.add(IndexedModels.lora("a", "vivid", 0.5));
        long one = Files.size(file()) - HEADER;
        for (int i = 1; i <= 1010; i++) {
            index.add(IndexedModels.lora("a", "vivid", 0.5 + i));
            assertThat(reader.all()).hasSize(1);
        }
        assertThat(Files.size(file())).isLessThan(20 * one);
        assertThat(reader.all()).containsExactly(IndexedModels.lora("a", "vivid", 1010.5));
    }

    /** Wherever a writer is killed, what was there before is there, and the next writer goes on. */
    @Test
    void survivesAWriterThatIsKilledAtAnyByte() throws Exception {
        ModelIndex index = new ModelIndex(folder);
        models(3).forEach(index::add);
        byte[] whole = Files.readAllBytes(file());
        int[] ends = new int[4];
        ends[0] = HEADER;
        for (int i = 0; i < 3; i++) {
            ends[i + 1] = ends[i] + IndexRecords.record(models(3).get(i)).length;
        }
        assertThat(ends[3]).isEqualTo(whole.length);
        for (int cut = 0; cut <= whole.length; cut++) {
            Files.write(file(), Arrays.copyOf(whole, cut));
            int until = cut;
            int kept = (int)
                    IntStream.rangeClosed(1, 3).filter(i -> ends[i] <= until).count();
            ModelIndex after = new ModelIndex(folder);
            assertThat(after.all()).as("cut at %d", cut).isEqualTo(models(kept));
            after.add(IndexedModels.random(9));
            List<IndexedModel> expected = new ArrayList<>(models(kept));
            expected.add(IndexedModels.random(9));
            assertThat(new ModelIndex(folder).all()).as("cut at %d", cut).isEqualTo(expected);
        }
    }

    @Test
    void takesNoDamagedRecordForOne() throws Exception {
        ModelIndex index = new ModelIndex(folder);
        models(3).forEach(index::add);
        byte[] whole = Files.readAllBytes(file());
        int second = HEADER + IndexRecords.record(models(1).getFirst()).length;
        for (int at = second; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x10;
            Files.write(file(), damaged);
            assertThat(models(3)).startsWith(new ModelIndex(folder).all().toArray(IndexedModel[]::new));
        }
    }

    @Test
    void refusesAnotherFile() throws Exception {
        Files.writeString(file(), "something else");
        ModelIndex index = new ModelIndex(folder);
        assertThatThrownBy(index::all).isInstanceOf(StorageException.class).hasMessageContaining("no index");
        assertThatThrownBy(() -> index.add(IndexedModels.random(1))).isInstanceOf(StorageException.class);
        assertThat(file()).hasContent("something else");
    }

    /** Adds models for as long as it lives. */
    static final class Writer {
        public static void main(String[] arguments) {
            ModelIndex index = new ModelIndex(Path.of(arguments[0]));
            int from = Integer.parseInt(arguments[1]);
            int count = Integer.parseInt(arguments[2]);
            for (int i = from; i < from + count; i++) {
                index.add(IndexedModels.random(i));
            }
        }
    }

    private Process writer(int from, int count) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        folder.toString(),
                        Integer.toString(from),
                        Integer.toString(count))
                .inheritIO()
                .start();
    }

    @Test
    void isWrittenByProcessesAtOnceOfWhichOneIsKilled() throws Exception {
        Process first = writer(0, 300);
        Process second = writer(1000, 300);
        Process endless = writer(10_000, 1_000_000);
        ModelIndex index = new ModelIndex(folder);
        await().atMost(Duration.ofMinutes(2))
                .until(() -> index.find(IndexedModels.random(10_020).key()).isPresent());
        endless.destroyForcibly().waitFor();
        for (int i = 0; i < 20; i++) {
            index.add(IndexedModels.random(2000 + i));
        }
        assertThat(first.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(second.waitFor(2, TimeUnit.MINUTES)).isTrue();

        List<IndexedModel> all = new ModelIndex(folder).all();
        assertThat(Files.readAllBytes(file())).isEqualTo(IndexRecords.file(all));
        assertThat(all)
                .contains(
                        IntStream.range(0, 300).mapToObj(IndexedModels::random).toArray(IndexedModel[]::new))
                .contains(IntStream.range(1000, 1300)
                        .mapToObj(IndexedModels::random)
                        .toArray(IndexedModel[]::new))
                .contains(IntStream.range(2000, 2020)
                        .mapToObj(IndexedModels::random)
                        .toArray(IndexedModel[]::new));
    }
}
