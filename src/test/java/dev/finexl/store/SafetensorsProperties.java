package dev.finexl.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.CompatModels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SafetensorsProperties {

    private final byte[] valid;
    private final int headerEnd;

    SafetensorsProperties() throws IOException {
        valid = CompatModels.sd1().read("loras/refuse/missing-layer-kohya.safetensors", 10_000);
        headerEnd = Long.BYTES
                + (int) ByteBuffer.wrap(valid).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    /** Whatever one byte of the length or the header becomes, the file is read or refused, and nothing else happens. */
    @Property(tries = 5, seed = "1")
    void anyByteOfTheHeaderMayBeWrong(@ForAll @IntRange(min = 1, max = 255) int change) {
        for (int i = 0; i < headerEnd; i++) {
            byte[] file = valid.clone();
            file[i] ^= (byte) change;
            readOrRefuse(file);
        }
    }

    @Property(seed = "1")
    void anyBytesMayBeAFile(@ForAll byte[] file) {
        readOrRefuse(file);
    }

    @Property(seed = "1")
    void whatIsWrittenIsRead(@ForAll @Size(min = 1, max = 5) List<@Size(max = 20) float[]> tensors) {
        SafetensorsBytes written = new SafetensorsBytes();
        for (int i = 0; i < tensors.size(); i++) {
            written.floats("t" + i, new long[] {1, tensors.get(i).length}, tensors.get(i));
        }
        Safetensors read = written.read();
        for (int i = 0; i < tensors.size(); i++) {
            assertThat(read.floats("t" + i)).containsExactly(tensors.get(i));
        }
    }

    private static void readOrRefuse(byte[] file) {
        try {
            Safetensors read = SafetensorsBytes.read(file);
            long total = read.names().stream()
                    .mapToLong(name -> read.bytes(name).byteSize())
                    .sum();
            assertThat(total).isLessThanOrEqualTo(file.length);
        } catch (ModelFileException e) {
            assertThat(e).hasMessageStartingWith("test.safetensors");
        }
    }
}
