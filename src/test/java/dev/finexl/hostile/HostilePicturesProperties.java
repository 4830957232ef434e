package dev.finexl.hostile;

import dev.finexl.Golden;
import dev.finexl.embed.ImageDecoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.ShrinkingMode;

/** Files that pass for pictures, of every format that is read. */
@PropertyDefaults(shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
class HostilePicturesProperties {

    private static final long MOST_PIXELS = 1 << 16;

    private static final List<byte[]> FILES = Golden.names("pictures").stream()
            .filter(name -> !name.endsWith(".json"))
            .map(name -> Golden.bytes("pictures/" + name))
            .toList();

    private final ImageDecoder decoder = new ImageDecoder(1 << 20, MOST_PIXELS);

    @Property(tries = 2000, seed = "1")
    void aSpoiltPicture(@ForAll long seed) {
        Trial.hold(
                seed,
                one -> {
                    Mutator mutator = new Mutator(one);
                    byte[] file = FILES.get(mutator.random().nextInt(FILES.size()));
                    decoder.decode(mutator.spoil(file), "spoilt");
                },
                "spoilt");
    }

    /** Headers that promise more pixels than there may be, or fewer than there are, with sums that are right. */
    @Property(tries = 1000, seed = "2")
    void aHeaderThatLies(@ForAll long seed) {
        Trial.hold(
                seed,
                one -> {
                    Mutator mutator = new Mutator(one);
                    byte[] file =
                            FILES.get(mutator.random().nextInt(FILES.size())).clone();
                    lie(mutator, file);
                    decoder.decode(file, "lying");
                },
                "lying");
    }

    /** Changes what a file says of its size, at the place where its format has it. */
    private static void lie(Mutator mutator, byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        switch (file[0]) {
            case (byte) 0x89 -> {
                bytes.putInt(mutator.oneOf(16, 20), (int) mutator.number());
                CRC32 sum = new CRC32();
                sum.update(file, 12, 17);
                bytes.putInt(29, (int) sum.getValue());
            }
            case (byte) 0xFF -> {
                for (int i = 2; i + 8 < file.length; i++) {
                    if (file[i] == (byte) 0xFF && (file[i + 1] & 0xF0) == 0xC0 && (file[i + 1] & 0xF) < 3) {
                        bytes.putShort(i + mutator.oneOf(5, 7), (short) mutator.number());
                    }
                }
            }
            case 'G' -> bytes.order(ByteOrder.LITTLE_ENDIAN).putShort(mutator.oneOf(6, 8), (short) mutator.number());
            case 'R' ->
                bytes.order(ByteOrder.LITTLE_ENDIAN).putInt(mutator.oneOf(4, 16, 20, 24, 26), (int) mutator.number());
            default ->
                bytes.order(ByteOrder.LITTLE_ENDIAN).putInt(mutator.oneOf(2, 10, 14, 18, 22), (int) mutator.number());
        }
    }
}
