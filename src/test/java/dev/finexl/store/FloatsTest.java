package dev.finexl.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FloatsTest {

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Every 16-bit pattern but the NaNs, whose payload nobody keeps, survives the way to float32 and back. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void keepsEverySixteenBitNumber(ElementType type) {
        int all = 1 << Short.SIZE;
        MemorySegment stored = MemorySegment.ofArray(new byte[2 * all]);
        for (int i = 0; i < all; i++) {
            stored.set(SHORT, 2L * i, (short) i);
        }
        float[] values = new float[all];
        Floats.load(type, stored, 0, values);
        MemorySegment again = MemorySegment.ofArray(new byte[2 * all]);
        Floats.store(type, values, again, 0);
        int numbers = 0;
        for (int i = 0; i < all; i++) {
            if (Float.isNaN(values[i])) {
                assertThat(Float.isNaN(load(type, again, i))).isTrue();
            } else {
                assertThat(again.get(SHORT, 2L * i)).isEqualTo((short) i);
                numbers++;
            }
        }
        assertThat(numbers).isGreaterThan(60_000);
    }

    @Test
    void roundsBfloat16ToNearestEven() {
        assertThat(bfloat16(0x3f80_8000)).as("1 and a half step, even below").isEqualTo((short) 0x3f80);
        assertThat(bfloat16(0x3f81_8000)).as("odd below").isEqualTo((short) 0x3f82);
        assertThat(bfloat16(0x3f80_8001)).as("just above half").isEqualTo((short) 0x3f81);
        assertThat(bfloat16(0x3f80_7fff)).as("just below half").isEqualTo((short) 0x3f80);
        assertThat(bfloat16(0xbf80_8001)).as("negative").isEqualTo((short) 0xbf81);
        assertThat(bfloat16(0x7f7f_ffff))
                .as("the largest float becomes infinite")
                .isEqualTo((short) 0x7f80);
        assertThat(bfloat16(0x7f80_0001)).as("a NaN in the lower half alone").isEqualTo((short) 0x7fc0);
    }

    @Test
    void readsFloat32AtAnyAddress() {
        MemorySegment bytes = Arena.ofAuto().allocate(13, 4);
        MemorySegment odd = bytes.asSlice(1);
        Floats.store(ElementType.F32, new float[] {1.5f, -2.25f, 3e30f}, odd, 0);
        float[] two = new float[2];
        Floats.load(ElementType.F32, odd, 1, two);
        assertThat(two).containsExactly(-2.25f, 3e30f);
    }

    @Test
    void refusesOtherFormats() {
        MemorySegment bytes = MemorySegment.ofArray(new byte[8]);
        assertThat(Floats.convertible(ElementType.F64)).isFalse();
        assertThatThrownBy(() -> Floats.load(ElementType.F64, bytes, 0, new float[1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("F64");
        assertThatThrownBy(() -> Floats.store(ElementType.I32, new float[1], bytes, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("I32");
    }

    private static short bfloat16(int floatBits) {
        return Floats.toBfloat16(Float.intBitsToFloat(floatBits));
    }

    private static float load(ElementType type, MemorySegment bytes, int index) {
        float[] one = new float[1];
        Floats.load(type, bytes, index, one);
        return one[0];
    }
}
