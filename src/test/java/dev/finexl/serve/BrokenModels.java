package dev.finexl.serve;

import dev.finexl.embed.PngEncoder;
import dev.finexl.embed.RgbImage;
import dev.finexl.store.Catalogue;
import dev.finexl.store.CatalogueEntry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;

/** A models folder with what people send by mistake or on purpose: broken LoRAs, and folders of pictures. */
public final class BrokenModels {

    private static final String LAYER =
            "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.lora.%s.weight";

    private BrokenModels() {}

    /** Writes all of them into a folder. */
    public static void write(Path root) throws IOException {
        byte[] vivid = bundledLora();
        Files.write(root.resolve("truncated.safetensors"), Arrays.copyOf(vivid, vivid.length / 2));
        byte[] lying = vivid.clone();
        ByteBuffer.wrap(lying).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MAX_VALUE);
        Files.write(root.resolve("lying-header.safetensors"), lying);
        Files.write(root.resolve("wrong-shapes.safetensors"), lora(7, 7, 0.1f));
        Files.write(root.resolve("not-finite.safetensors"), lora(128, 128, Float.NaN));
        pictures(root.resolve("pictures-a"), 4, 0);
        pictures(root.resolve("pictures-b"), 4, 60);
        Path bomb = root.resolve("pictures-bomb");
        pictures(bomb, 4, 0);
        Files.write(bomb.resolve("1.png"), pngBomb());
    }

    private static byte[] bundledLora() throws IOException {
        CatalogueEntry entry = new Catalogue(List.of()).find("vivid");
        try (InputStream in = entry.files().open(entry.file())) {
            return in.readAllBytes();
        }
    }

    /** A LoRA of rank 1 for one layer of the miniature, every number the same. */
    private static byte[] lora(int in, int out, float value) {
        String header =
                """
                {"%s":{"dtype":"F32","shape":[1,%d],"data_offsets":[0,%d]},\
                "%s":{"dtype":"F32","shape":[%d,1],"data_offsets":[%d,%d]}}""".formatted(LAYER.formatted("down"), in, 4 * in, LAYER.formatted("up"), out, 4 * in, 4 * (in + out));
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + 4 * (in + out)).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json);
        while (file.hasRemaining()) {
            file.putFloat(value);
        }
        return file.array();
    }

    private static void pictures(Path folder, int count, int brighter) throws IOException {
        Files.createDirectories(folder);
        Random random = new Random(5);
        for (int i = 0; i < count; i++) {
            byte[] rgb = new byte[3 * 64 * 64];
            for (int k = 0; k < rgb.length; k++) {
                rgb[k] = (byte) (random.nextInt(160) + brighter);
            }
            Files.write(folder.resolve(i + ".png"), PngEncoder.encode(new RgbImage(64, 64, rgb)));
        }
    }

    /** A valid header that promises 100 000 × 100 000 pixels, and no data. */
    private static byte[] pngBomb() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        ByteBuffer header = ByteBuffer.allocate(13).putInt(100_000).putInt(100_000);
        header.put((byte) 8).put((byte) 2).put((byte) 0).put((byte) 0).put((byte) 0);
        chunk(png, "IHDR", header.array());
        chunk(png, "IDAT", new byte[] {0x78, (byte) 0x9c, 3, 0, 0, 0, 0, 1});
        chunk(png, "IEND", new byte[0]);
        return png.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream png, String type, byte[] data) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        DataOutputStream out = new DataOutputStream(png);
        out.writeInt(data.length);
        out.write(name);
        out.write(data);
        out.writeInt((int) crc.getValue());
    }
}
