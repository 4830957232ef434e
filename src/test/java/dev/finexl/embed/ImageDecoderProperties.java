package dev.finexl.embed;

import dev.finexl.Golden;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ImageDecoderProperties {

    private static final List<byte[]> FILES = Golden.names("pictures").stream()
            .filter(name -> !name.endsWith(".json"))
            .map(name -> Golden.bytes("pictures/" + name))
            .toList();

    private final ImageDecoder decoder = new ImageDecoder(1 << 20, 1 << 16);

    /** Whatever is done to a file, it is a picture or a refusal, and nothing else is thrown. */
    @Property(seed = "1")
    void aSpoiltFileIsAPictureOrARefusal(@ForAll("files") byte[] file, @ForAll Random random) {
        byte[] spoilt = file.clone();
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            spoilt[random.nextInt(spoilt.length)] = (byte) random.nextInt();
        }
        try {
            decoder.decode(spoilt, "spoilt");
        } catch (ImageFileException _) {
            // A refusal.
        }
    }

    @Provide
    Arbitrary<byte[]> files() {
        return Arbitraries.of(FILES);
    }
}
