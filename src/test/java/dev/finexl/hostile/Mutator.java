package dev.finexl.hostile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/** Spoils valid files, byte by byte, as accidents and enemies do. What it does depends on the seed alone. */
public final class Mutator {

    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        7,
        8,
        127,
        128,
        255,
        256,
        32767,
        32768,
        65535,
        65536,
        1 << 24,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        0xFFFFFFFFL,
        1L << 32,
        1L << 40,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        Long.MAX_VALUE - 7
    };

    private final Random random;

    public Mutator(long seed) {
        this.random = new Random(seed);
    }

    /** What decides what is done. */
    public Random random() {
        return random;
    }

    /** One of these. */
    @SafeVarargs
    public final <T> T oneOf(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** A number at which programs tend to break. */
    public long number() {
        return NUMBERS[random.nextInt(NUMBERS.length)];
    }

    /** The file with one to four changes, most of them near the beginning, where the headers are. */
    public byte[] spoil(byte[] file) {
        byte[] spoilt = file.clone();
        for (int i = random.nextInt(1, 5); i > 0 && spoilt.length > 0; i--) {
            spoilt = change(spoilt);
        }
        return spoilt;
    }

    private byte[] change(byte[] file) {
        int at = random.nextBoolean() ? random.nextInt(file.length) : random.nextInt(Math.min(file.length, 256));
        int length = Math.min(file.length - at, 1 << random.nextInt(9));
        return switch (random.nextInt(8)) {
            case 0 -> {
                file[at] ^= (byte) (1 << random.nextInt(8));
                yield file;
            }
            case 1 -> {
                file[at] = (byte) random.nextInt(256);
                yield file;
            }
            case 2 -> written(file, at);
            case 3 -> Arrays.copyOf(file, at);
            case 4 -> joined(file, at, file, at + length);
            case 5 -> joined(file, at + length, file, at);
            case 6 -> {
                byte[] noise = new byte[length];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, file, at, length);
                yield file;
            }
            default -> {
                System.arraycopy(file, random.nextInt(file.length - length + 1), file, at, length);
                yield file;
            }
        };
    }

    private byte[] written(byte[] file, int at) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(oneOf(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN));
        int size = Math.min(oneOf(2, 4, 8), file.length - at);
        switch (size) {
            case 8 -> bytes.putLong(at, number());
            case 4, 5, 6, 7 -> bytes.putInt(at, (int) number());
            case 2, 3 -> bytes.putShort(at, (short) number());
            default -> bytes.put(at, (byte) number());
        }
        return file;
    }

    private static byte[] joined(byte[] first, int end, byte[] second, int start) {
        byte[] all = Arrays.copyOf(first, end + second.length - start);
        System.arraycopy(second, start, all, end, second.length - start);
        return all;
    }
}
