package dev.finexl.store.s3;

import java.util.zip.Checksum;

/**
 * The checksum that S3 computes of every object unless told otherwise: CRC-64 with the reflected polynomial of the NVM
 * Express specification, of which neither Java nor the SDK without its native part has an implementation.
 */
final class Crc64Nvme implements Checksum {

    private static final long POLYNOMIAL = 0x9A6C9329AC4BC9B5L;
    private static final long[] TABLE = table();

    private long register = -1;

    private static long[] table() {
        long[] table = new long[1 << Byte.SIZE];
        for (int i = 0; i < table.length; i++) {
            long crc = i;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ POLYNOMIAL;
            }
            table[i] = crc;
        }
        return table;
    }

    @Override
    public void update(int b) {
        register = register >>> Byte.SIZE ^ TABLE[(int) (register ^ b) & 0xff];
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            update(bytes[i]);
        }
    }

    @Override
    public long getValue() {
        return ~register;
    }

    @Override
    public void reset() {
        register = -1;
    }
}
