package dev.finexl.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.CompatModels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsTest {

    @Test
    void readsTensorsAndMetadata() {
        Safetensors file = new SafetensorsBytes()
                .member("\"__metadata__\":{\"format\":\"pt\",\"note\":\"grün\"}")
                .floats("a", new long[] {2, 3}, 1, 2, 3, 4, 5, 6)
                .tensor("half", "F16", new long[] {2}, new byte[] {0x00, 0x3c, 0x00, (byte) 0xc0})
                .tensor("brain", "BF16", new long[] {1}, new byte[] {(byte) 0x80, 0x3f})
                .tensor("scalar", "I64", new long[] {}, new byte[8])
                .tensor("nothing", "U8", new long[] {0, 7}, new byte[0])
                .read();
        assertThat(file.names()).containsExactly("a", "half", "brain", "scalar", "nothing");
        assertThat(file.metadata()).containsExactly(Map.entry("format", "pt"), Map.entry("note", "grün"));
        assertThat(file.shape("a")).isEqualTo(TensorShape.of(2, 3)).hasToString("[2, 3]");
        assertThat(file.type("half")).isEqualTo(ElementType.F16);
        assertThat(file.floats("a")).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(file.floats("half")).containsExactly(1, -2);
        assertThat(file.floats("brain")).containsExactly(1);
        assertThat(file.shape("scalar").rank()).isZero();
        assertThat(file.bytes("scalar").byteSize()).isEqualTo(8);
        assertThat(file.bytes("nothing").byteSize()).isZero();
        assertThat(file.bytes("a").isReadOnly()).isTrue();
    }

    @Test
    void readsAFileOfTheEcosystem() throws IOException {
        Safetensors file = Safetensors.read(CompatModels.sd1(), "loras/peft-alpha-in-header.safetensors");
        assertThat(file.file()).isEqualTo("sd1: file 'loras/peft-alpha-in-header.safetensors'");
        assertThat(file.names()).hasSize(64);
        assertThat(file.metadata()).containsEntry("format", "pt").containsKey("lora_adapter_metadata");
    }

    @Test
    void acceptsTensorsInAnyOrderOfTheHeader() {
        byte[] data = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(1)
                .putFloat(2)
                .array();
        String header = "{\"second\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]},"
                + "\"first\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}   ";
        Safetensors file = SafetensorsBytes.read(SafetensorsBytes.file(header, data));
        assertThat(file.floats("first")).containsExactly(1);
        assertThat(file.floats("second")).containsExactly(2);
    }

    @Test
    void namesTheTensorThatIsMissingOrNotOfFloats() {
        Safetensors file = new SafetensorsBytes()
                .tensor("ids", "I32", new long[] {1}, new byte[4])
                .read();
        assertThatThrownBy(() -> file.floats("weights"))
                .isInstanceOf(ModelFileException.class)
                .hasMessage("test.safetensors: there is no tensor 'weights'");
        assertThatThrownBy(() -> file.floats("ids"))
                .isInstanceOf(ModelFileException.class)
                .hasMessage("test.safetensors: tensor 'ids' has type I32; expected F32, F16 or BF16");
    }

    static Stream<Arguments> brokenHeaders() {
        String good = "\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]";
        return Stream.of(
                Arguments.of("not JSON", "{x", "not valid"),
                Arguments.of("not an object", "[]", "does not begin with '{'"),
                Arguments.of("two objects", "{\"a\":{" + good + "}}{}", "goes on after its closing brace"),
                Arguments.of("no end", "{\"a\":{" + good + "}", "not valid"),
                Arguments.of("a name twice", "{\"a\":{" + good + "},\"a\":{" + good + "}}", "Duplicate field 'a'"),
                Arguments.of("a member twice", "{\"a\":{\"dtype\":\"F32\"," + good + "}}", "Duplicate field 'dtype'"),
                Arguments.of("a tensor that is no object", "{\"a\":3}", "tensor 'a' is VALUE_NUMBER_INT"),
                Arguments.of("no dtype", "{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", "tensor 'a' is incomplete"),
                Arguments.of(
                        "no shape", "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", "tensor 'a' is incomplete"),
                Arguments.of("one offset", tensor("F32", "[2]", "[0]"), "tensor 'a' is incomplete"),
                Arguments.of("three offsets", tensor("F32", "[2]", "[0,8,8]"), "more than 2"),
                Arguments.of("an unknown member", "{\"a\":{\"order\":\"C\"," + good + "}}", "has 'order'"),
                Arguments.of(
                        "an unknown dtype", tensor("F31", "[2]", "[0,8]"), "tensor 'a' has the unknown dtype 'F31'"),
                Arguments.of("a 4-bit dtype", tensor("I4", "[16]", "[0,8]"), "tensor 'a' has the unknown dtype 'I4'"),
                Arguments.of("a fractional dimension", tensor("F32", "[2.0]", "[0,8]"), "expected VALUE_NUMBER_INT"),
                Arguments.of("a negative dimension", tensor("F32", "[-2]", "[0,8]"), "negative"),
                Arguments.of("a dimension above a long", tensor("F32", "[9223372036854775808]", "[0,8]"), "not valid"),
                Arguments.of("65 dimensions", tensor("F32", "[1" + ",1".repeat(64) + "]", "[0,8]"), "more than 64"),
                Arguments.of(
                        "an overflowing shape", tensor("F32", "[4294967296,4294967296]", "[0,8]"), "impossible shape"),
                Arguments.of("overflowing bytes", tensor("F32", "[4611686018427387904]", "[0,8]"), "impossible shape"),
                Arguments.of("too few bytes", tensor("F32", "[3]", "[0,8]"), "expected 12 bytes for F32 [3]"),
                Arguments.of("a backward range", tensor("F32", "[2]", "[8,0]"), "expected 8 bytes"),
                Arguments.of(
                        "a range beyond the end",
                        tensor("F32", "[3]", "[0,12]"),
                        "tensor 'a' ends at byte 12 of the data, which has only 8"),
                Arguments.of(
                        "data that nobody owns",
                        tensor("F32", "[1]", "[0,4]"),
                        "the tensors end at byte 4 of the data; expected its end, 8"),
                Arguments.of(
                        "a hole at the start",
                        tensor("F32", "[1]", "[4,8]"),
                        "tensor 'a' begins at byte 4 of the data; expected 0"),
                Arguments.of(
                        "an overlap",
                        "{\"a\":{" + good + "},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                        "tensor 'b' begins at byte 4 of the data; expected 8"),
                Arguments.of(
                        "metadata that is no object",
                        "{\"__metadata__\":\"x\",\"a\":{" + good + "}}",
                        "__metadata__ is VALUE_STRING"),
                Arguments.of(
                        "metadata that is no text",
                        "{\"__metadata__\":{\"k\":1},\"a\":{" + good + "}}",
                        "__metadata__ entry 'k'"));
    }

    private static String tensor(String dtype, String shape, String offsets) {
        return "{\"a\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}".formatted(dtype, shape, offsets);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenHeaders")
    void refusesABrokenHeader(String what, String header, String message) {
        byte[] file = SafetensorsBytes.file(header, new byte[8]);
        assertThatThrownBy(() -> SafetensorsBytes.read(file))
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith("test.safetensors")
                .hasMessageContaining(message);
    }

    @Test
    void refusesALyingHeaderLength() {
        byte[] file = new SafetensorsBytes().floats("a", new long[] {1}, 1).bytes();
        for (long length : new long[] {0, 1, file.length - 7L, 100_000_001, Integer.MAX_VALUE, Long.MAX_VALUE, -1}) {
            byte[] lying = file.clone();
            ByteBuffer.wrap(lying).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
            assertThatThrownBy(() -> SafetensorsBytes.read(lying))
                    .as("length %d", length)
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageStartingWith("test.safetensors");
        }
    }

    @Test
    void refusesAFileTooShortForALength() {
        assertThatThrownBy(() -> SafetensorsBytes.read(new byte[7]))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("it has 7 bytes");
    }

    @Test
    void refusesAHeaderThatIsNotUtf8() {
        byte[] file = SafetensorsBytes.file("{\"?\":{}}", new byte[0]);
        file[Long.BYTES + 2] = (byte) 0xff;
        assertThatThrownBy(() -> SafetensorsBytes.read(file))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("header is not valid");
    }

    @Test
    void refusesEveryTruncation() throws IOException {
        byte[] file = CompatModels.sd1().read("loras/refuse/missing-layer-kohya.safetensors", 10_000);
        for (int length = 0; length < file.length; length++) {
            byte[] truncated = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> SafetensorsBytes.read(truncated))
                    .as("%d bytes", length)
                    .isInstanceOf(ModelFileException.class);
        }
    }
}
