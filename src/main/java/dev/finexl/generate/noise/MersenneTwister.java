package dev.finexl.generate.noise;

/**
 * The stream of 32-bit words under {@link TorchGenerator}. The JDK has no MT19937, and a seed names the same noise as in
 * torch only if every word is the same.
 *
 * <p>Source: Matsumoto and Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random number
 * generator", 1998, with the seeding of the authors' 2002 version; torch's {@code at::mt19937}. Not thread-safe.
 */
final class MersenneTwister {

    private static final int SIZE = 624;
    private static final int SHIFT = 397;
    private static final int MATRIX = 0x9908b0df;
    private static final int UPPER_BIT = 0x80000000;
    private static final int LOWER_BITS = 0x7fffffff;

    private final int[] state = new int[SIZE];
    private int next = SIZE;

    MersenneTwister(int seed) {
        state[0] = seed;
        for (int i = 1; i < SIZE; i++) {
            int before = state[i - 1];
            state[i] = 1812433253 * (before ^ (before >>> 30)) + i;
        }
    }

    /** The next word; all 2³² values are equally likely. */
    int nextInt() {
        if (next == SIZE) {
            twist();
        }
        int word = state[next++];
        word ^= word >>> 11;
        word ^= (word << 7) & 0x9d2c5680;
        word ^= (word << 15) & 0xefc60000;
        return word ^ (word >>> 18);
    }

    /** The next two words, the first of them in the upper half. */
    long nextLong() {
        long upper = nextInt();
        return (upper << 32) | Integer.toUnsignedLong(nextInt());
    }

    private void twist() {
        for (int i = 0; i < SIZE - SHIFT; i++) {
            state[i] = state[i + SHIFT] ^ mix(state[i], state[i + 1]);
        }
        for (int i = SIZE - SHIFT; i < SIZE - 1; i++) {
            state[i] = state[i + SHIFT - SIZE] ^ mix(state[i], state[i + 1]);
        }
        state[SIZE - 1] = state[SHIFT - 1] ^ mix(state[SIZE - 1], state[0]);
        next = 0;
    }

    private static int mix(int upper, int lower) {
        int word = (upper & UPPER_BIT) | (lower & LOWER_BITS);
        return (word >>> 1) ^ (-(word & 1) & MATRIX);
    }
}
