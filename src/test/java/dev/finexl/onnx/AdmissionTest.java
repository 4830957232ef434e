package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.finexl.store.ElementType;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFileException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What native code is given and what it is not, and that what it is given does it no harm. */
class AdmissionTest {

    private static final OnnxRuntime RUNTIME = new OnnxRuntime(OnnxSettings.cpu());

    private static final String COMPANY = "my.company";

    static Stream<OnnxBytes> operatorsOfOthers() {
        ProtoBytes inner = new ProtoBytes()
                .message(1, OnnxBytes.nodeProto(COMPANY, "n", "Steal", List.of("x"), "y"))
                .message(12, new ProtoBytes().text(1, "y"));
        return Stream.of(
                model().node(COMPANY, "n", "Steal", List.of("x"), "y"),
                model().node(
                                "if",
                                "If",
                                List.of("x"),
                                "y",
                                new ProtoBytes().text(1, "then_branch").message(6, inner)),
                relu("x", "y").model(25, new ProtoBytes().text(1, "f").text(10, COMPANY)));
    }

    @ParameterizedTest
    @MethodSource("operatorsOfOthers")
    void refusesOperatorsOfOthersWhereverTheyAre(OnnxBytes model) {
        assertRefused(
                model,
                "is of the domain 'my.company'; expected ONNX's own operators or those of ai.onnx, ai.onnx.ml, com.microsoft");
    }

    @Test
    void opensAModelWithFunctionsOfADomainThatIsAllowed() {
        OnnxRuntime allowing =
                new OnnxRuntime(new OnnxSettings(ProviderChoice.CPU, 0, 0, 1, Set.of(COMPANY), Optional.empty()));
        OnnxBytes model = chain(1, 1);
        assertRefused(model, "of the domain 'my.company'");
        try (OnnxSession session = allowing.open(files(model.bytes()), "m.onnx")) {
            assertThat(session.inputs().keySet()).containsExactly("x");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, LocalFunctions.MAX_DEPTH})
    void opensFunctionsThatCallEachOther(int depth) {
        OnnxRuntime allowing =
                new OnnxRuntime(new OnnxSettings(ProviderChoice.CPU, 0, 0, 1, Set.of(COMPANY), Optional.empty()));
        allowing.open(files(chain(depth, 1).bytes()), "m.onnx").close();
    }

    static Stream<Arguments> explosiveFunctions() {
        return Stream.of(
                Arguments.of(chain(LocalFunctions.MAX_DEPTH + 1, 1), "call each other more than 16 deep"),
                Arguments.of(chain(1000, 1), "call each other more than 16 deep"),
                Arguments.of(chain(15, 2), "stand for more than 32768 nodes"),
                Arguments.of(chain(16, 1000), "stand for more than 32768 nodes"),
                Arguments.of(
                        call("f0", "x", "y")
                                .model(25, function("f0", nodes(2, "f1")))
                                .model(25, function("f1", nodes(2, "f0"))),
                        "more than 16 deep, or in a circle"),
                Arguments.of(
                        call("f0", "x", "y").model(25, function("f0", nodes(1, "f0"))),
                        "more than 16 deep, or in a circle"));
    }

    @ParameterizedTest
    @MethodSource("explosiveFunctions")
    void refusesFunctionsThatHaveNoEnd(OnnxBytes model, String message) {
        assertRefused(model, message);
    }

    @Test
    void refusesMoreNodesThanAnyModelHas() {
        OnnxBytes model = model();
        for (int i = 0; i <= LocalFunctions.MAX_NODES; i++) {
            model.node("", "Relu", List.of("x"), "y");
        }
        assertRefused(model, "it has 131073 nodes; expected at most 131072");
    }

    /** Fails when ONNX Runtime is upgraded: then the newest versions here are to be those that it takes. */
    @Test
    void knowsTheNewestVersionsOfTheRuntime() throws OrtException {
        OnnxBytes model = relu("x", "y");
        openRaw(model.bytes(OnnxGraphReader.NEWEST_IR, OnnxGraphReader.NEWEST_OPSET));
        assertThatThrownBy(() -> openRaw(model.bytes(OnnxGraphReader.NEWEST_IR + 1, 18)))
                .isInstanceOf(OrtException.class);
        assertThatThrownBy(() -> openRaw(model.bytes(8, OnnxGraphReader.NEWEST_OPSET + 1)))
                .isInstanceOf(OrtException.class);
    }

    private static void openRaw(byte[] bytes) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            RUNTIME.environment().createSession(bytes, options).close();
        }
    }

    private static OnnxBytes model() {
        return new OnnxBytes().value(11, "x", ElementType.F32, 2).value(12, "y", ElementType.F32, 2);
    }

    private static OnnxBytes relu(String from, String to) {
        return model().node("n", "Relu", List.of(from), to);
    }

    private static OnnxBytes call(String function, String from, String to) {
        return model().node(COMPANY, "n", function, List.of(from), to)
                .model(8, new ProtoBytes().text(1, COMPANY).varint(2, 1));
    }

    /** Functions of which each but the last, which is a Relu, calls the next one so many times. */
    private static OnnxBytes chain(int depth, int calls) {
        OnnxBytes model = call("f" + (depth - 1), "x", "y");
        model.model(25, function("f0", List.of(OnnxBytes.nodeProto("", "n", "Relu", List.of("x"), "y"))));
        for (int i = 1; i < depth; i++) {
            model.model(25, function("f" + i, nodes(calls, "f" + (i - 1))));
        }
        return model;
    }

    private static List<ProtoBytes> nodes(int count, String function) {
        return Stream.iterate(0, i -> i < count, i -> i + 1)
                .map(i -> OnnxBytes.nodeProto(
                        COMPANY,
                        "n" + i,
                        function,
                        List.of(i == 0 ? "x" : "t" + i),
                        i == count - 1 ? "y" : "t" + (i + 1)))
                .toList();
    }

    private static ProtoBytes function(String name, List<ProtoBytes> nodes) {
        ProtoBytes function = new ProtoBytes().text(1, name).text(4, "x").text(5, "y");
        nodes.forEach(node -> function.message(7, node));
        return function.message(9, new ProtoBytes().text(1, "").varint(2, 18))
                .message(9, new ProtoBytes().text(1, COMPANY).varint(2, 1))
                .text(10, COMPANY);
    }

    private static MemoryFiles files(byte[] model) {
        return new MemoryFiles().with("m.onnx", model);
    }

    private static void assertRefused(OnnxBytes model, String message) {
        MemoryFiles files = files(model.bytes());
        assertThatThrownBy(() -> RUNTIME.open(files, "m.onnx"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith("memory:test: file 'm.onnx' is not a model that can be used: ")
                .hasMessageContaining(message);
    }
}
