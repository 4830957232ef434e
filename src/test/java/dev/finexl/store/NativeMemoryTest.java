package dev.finexl.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {

    @Test
    void copiesIntoAlignedMemory() {
        MemorySegment copy = NativeMemory.copyOf(MemorySegment.ofArray(new byte[] {1, 2, 3}));
        assertThat(copy.toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 3);
        assertThat(copy.isNative()).isTrue();
        assertThat(copy.isReadOnly()).isTrue();
        assertThat(copy.address() % 64).isZero();
        assertThat(NativeMemory.allocate(0).byteSize()).isZero();
    }

    @Test
    void saysWhatToDoWhereThereIsNotEnough() {
        assertThatThrownBy(() -> NativeMemory.allocate(1L << 50))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("1073741824 MiB")
                .hasMessageContaining("-XX:MaxDirectMemorySize");
    }
}
