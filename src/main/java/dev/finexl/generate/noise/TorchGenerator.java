package dev.finexl.generate.noise;

import java.util.Objects;

/**
 * torch's CPU random generator, so that a seed draws here the noise that it draws in Python and people can compare
 * pictures.
 *
 * <p>Equal to {@code torch.Generator("cpu").manual_seed(seed)} with {@code torch.randn(n, generator=g)} in float32. The
 * words and uniforms are equal bit for bit; the normals differ by a few units in the last place, because torch takes
 * logarithm, sine and cosine from approximations that differ between processors.
 *
 * <p>Torch has two ways to make normals, and which one it takes depends on the number of values asked for at once:
 *
 * <ul>
 *   <li>below 16 values, Box–Muller in double precision on 53-bit uniforms, one value at a time. Each pair's second
 *       value is kept, beyond the end of the call, for the next call of this kind.
 *   <li>from 16 values on, Box–Muller in single precision on 24-bit uniforms, in groups of 16: value {@code j} and value
 *       {@code j + 8} of a group are a pair. If the number is no multiple of 16, the last 16 values are drawn anew from
 *       16 further uniforms, over what the last whole group had put there.
 * </ul>
 *
 * <p>Source: {@code normal_kernel} and {@code normal_fill} in ATen's {@code native/cpu/DistributionTemplates.h}, and
 * {@code normal_distribution} in {@code core/DistributionsHelper.h}. Not thread-safe.
 */
public final class TorchGenerator {

    private static final int GROUP = 16;
    private static final int PAIR = GROUP / 2;
    private static final long DOUBLE_MASK = (1L << 53) - 1;
    private static final double DOUBLE_UNIT = 0x1p-53;
    private static final int FLOAT_MASK = (1 << 24) - 1;
    private static final float FLOAT_UNIT = 0x1p-24f;
    private static final float TWO_PI = (float) (2 * Math.PI);

    private final MersenneTwister words;
    private double kept;
    private boolean hasKept;

    /**
     * A generator at the start of its stream.
     *
     * @param seed any value. Torch takes 64 bits and uses the lower 32: seeds that differ by 2³² draw the same noise
     */
    public TorchGenerator(long seed) {
        words = new MersenneTwister((int) seed);
    }

    /**
     * Fills a part of an array with standard normals, as one {@code torch.randn} of {@code count} values does. Two calls
     * of n values are not the same as one call of 2n.
     *
     * @throws IndexOutOfBoundsException if the part is not inside the array; the generator is then unchanged
     */
    public void normal(float[] target, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, target.length);
        if (count < GROUP) {
            for (int i = offset; i < offset + count; i++) {
                target[i] = (float) nextNormal();
            }
            return;
        }
        uniforms(target, offset, count);
        int end = offset + count;
        for (int group = offset; group <= end - GROUP; group += GROUP) {
            toNormals(target, group);
        }
        if (count % GROUP != 0) {
            uniforms(target, end - GROUP, GROUP);
            toNormals(target, end - GROUP);
        }
    }

    private double nextNormal() {
        if (hasKept) {
            hasKept = false;
            return kept;
        }
        double u1 = (words.nextLong() & DOUBLE_MASK) * DOUBLE_UNIT;
        double u2 = (words.nextLong() & DOUBLE_MASK) * DOUBLE_UNIT;
        double radius = Math.sqrt(-2 * Math.log1p(-u2));
        double angle = 2 * Math.PI * u1;
        kept = radius * Math.sin(angle);
        hasKept = true;
        return radius * Math.cos(angle);
    }

    /**
     * Fills a part of an array with uniforms from 0 (inclusive) to 1 (exclusive), as one {@code torch.rand} of {@code count}
     * values does. It leaves the normals that are kept for later alone.
     *
     * @throws IndexOutOfBoundsException if the part is not inside the array; the generator is then unchanged
     */
    public void uniforms(float[] target, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, target.length);
        for (int i = offset; i < offset + count; i++) {
            target[i] = (words.nextInt() & FLOAT_MASK) * FLOAT_UNIT;
        }
    }

    private static void toNormals(float[] group, int offset) {
        for (int i = offset; i < offset + PAIR; i++) {
            // 1 - u is never zero, unlike u, so its logarithm is finite.
            float radius = (float) Math.sqrt(-2 * (float) Math.log(1 - group[i]));
            float angle = TWO_PI * group[i + PAIR];
            group[i] = radius * (float) Math.cos(angle);
            group[i + PAIR] = radius * (float) Math.sin(angle);
        }
    }
}
