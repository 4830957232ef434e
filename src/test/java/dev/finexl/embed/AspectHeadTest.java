package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.Golden;
import dev.finexl.onnx.OnnxBytes;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.store.Catalogue;
import dev.finexl.store.ElementType;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The bundled head gives torch's numbers; heads of any other make get what they were trained on, or are refused. */
class AspectHeadTest {

    private static final OnnxRuntime RUNTIME = new OnnxRuntime(OnnxSettings.cpu());
    private static final ElementType F32 = ElementType.F32;
    private static final int INPUT = 11;
    private static final int OUTPUT = 12;
    private static final int SESSIONS = OnnxSession.live();
    private static final int TENSORS = Tensor.live();
    private static final ClipEncoder ENCODER =
            ClipEncoder.open(RUNTIME, new Catalogue(List.of()).find("mini-clip").files());

    @AfterAll
    static void closesEverything() {
        ENCODER.close();
        assertThat(OnnxSession.live()).isEqualTo(SESSIONS);
        assertThat(Tensor.live()).isEqualTo(TENSORS);
    }

    private static float[][] measure(ModelFiles files, List<RgbImage> images, ImageEmbeddings embeddings) {
        try (AspectHead head = AspectHead.open(RUNTIME, files);
                RunScope scope = new RunScope()) {
            head.requireFits(ENCODER);
            return head.measure(scope, ENCODER, images, embeddings);
        }
    }

    private static MemoryFiles head(String fields, int outputs, OnnxBytes model) {
        String names = String.join(
                ",",
                IntStream.range(0, outputs)
                        .mapToObj("{\"name\": \"n%d\"}"::formatted)
                        .toList());
        return new MemoryFiles()
                .with("head.json", "{\"name\": \"test\", %s, \"outputs\": [%s]}".formatted(fields, names))
                .with("model.onnx", model.bytes());
    }

    /** A graph of one operator. */
    private static OnnxBytes graph(String operator, long[] in, long[] out) {
        return new OnnxBytes()
                .node("op", operator, List.of("x"), "y")
                .value(INPUT, "x", F32, in)
                .value(OUTPUT, "y", F32, out);
    }

    /** A square of one colour, already of the encoder's size. */
    private static RgbImage plain(int red, int green, int blue) {
        byte[] rgb = new byte[3 * 64 * 64];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = (byte) red;
            rgb[i + 1] = (byte) green;
            rgb[i + 2] = (byte) blue;
        }
        return new RgbImage(64, 64, rgb);
    }

    private static ImageEmbeddings embed(List<RgbImage> images) {
        try (RunScope scope = new RunScope()) {
            return ENCODER.embedBoth(scope, images);
        }
    }

    @Test
    void measuresTheMiniatureAsTorchDoes() {
        JsonNode golden = Golden.json("mini/head.json");
        float[][] raw = Golden.elements(golden.get("image_embeds"))
                .map(AspectHeadTest::floats)
                .toArray(float[][]::new);

        float[][] levels = measure(
                new Catalogue(List.of()).find("mini-levels").files(),
                Collections.nCopies(raw.length, plain(0, 0, 0)),
                new ImageEmbeddings(raw, raw));

        assertThat(levels).hasNumberOfRows(golden.get("levels").size());
        for (int i = 0; i < levels.length; i++) {
            float[] expected = floats(golden.get("levels").get(i));
            assertThat(levels[i]).hasSize(expected.length);
            for (int k = 0; k < expected.length; k++) {
                assertThat((double) levels[i][k]).isCloseTo(expected[k], within(1e-4));
            }
        }
    }

    private static float[] floats(JsonNode array) {
        float[] floats = new float[array.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = array.get(i).floatValue();
        }
        return floats;
    }

    @Test
    void givesTheEmbeddingsInTheFormThatTheHeadWants() {
        List<RgbImage> images =
                IntStream.range(0, 17).mapToObj(i -> plain(10 * i, 60, 200)).toList();
        ImageEmbeddings embeddings = embed(images);
        OnnxBytes identity = graph("Identity", new long[] {-1, 128}, new long[] {-1, 128});

        assertThat(measure(head("\"input\": \"image_embeds\"", 128, identity), images, embeddings))
                .isDeepEqualTo(embeddings.raw());
        assertThat(measure(
                        head("\"input\": \"image_embeds\", \"normalized\": true", 128, identity), images, embeddings))
                .isDeepEqualTo(embeddings.unit());
        double length = 0;
        for (float x : embeddings.raw()[3]) {
            length += x * x;
        }
        assertThat(Math.sqrt(length)).isGreaterThan(2);
        assertThat((double) embeddings.unit()[3][5])
                .isCloseTo(embeddings.raw()[3][5] / Math.sqrt(length), within(1e-6));
    }

    @Test
    void runsAGraphOfOnePictureAtATime() {
        List<RgbImage> images = List.of(plain(0, 0, 0), plain(255, 0, 0), plain(0, 0, 255));
        ImageEmbeddings embeddings = embed(images);

        float[][] numbers = measure(
                head("\"input\": \"image_embeds\"", 128, graph("Identity", new long[] {1, 128}, new long[] {1, 128})),
                images,
                embeddings);

        assertThat(numbers).isDeepEqualTo(embeddings.raw());
    }

    /** The mean of each channel of what the graph gets. */
    private static OnnxBytes channelMeans(int size) {
        return new OnnxBytes()
                .node("pool", "GlobalAveragePool", List.of("x"), "pooled")
                .node("flatten", "Flatten", List.of("pooled"), "y")
                .value(INPUT, "x", F32, -1, 3, size, size)
                .value(OUTPUT, "y", F32, -1, 3);
    }

    @Test
    void preprocessesPixelsAsTheEncoderDoesUnlessTheHeadSaysHow() {
        List<RgbImage> images = List.of(plain(255, 0, 51), plain(0, 255, 0));
        MemoryFiles files = head("\"input\": \"pixel_values\"", 3, channelMeans(64));
        float[] expected = new float[3 * 64 * 64];
        ENCODER.preprocessor().preprocess(images.getFirst(), expected, 0);

        float[] asEncoder = measure(files, images, embed(images))[0];
        float[][] own = measure(
                head("\"input\": \"pixel_values\"", 3, channelMeans(8)).with("preprocessor_config.json", """
                                {"do_normalize": false, "do_center_crop": false, "size": {"height": 8, "width": 8}}"""),
                images,
                embed(images));

        for (int c = 0; c < 3; c++) {
            assertThat((double) asEncoder[c]).isCloseTo(expected[c * 64 * 64], within(1e-4));
        }
        assertThat(own[0]).containsExactly(new float[] {1, 0, 0.2f}, within(1e-6f));
        assertThat(own[1]).containsExactly(new float[] {0, 1, 0}, within(1e-6f));
    }

    @Test
    void namesTheFilesThatANumberDependsOn() {
        MemoryFiles files = head("\"input\": \"pixel_values\"", 3, channelMeans(64));
        try (AspectHead head = AspectHead.open(RUNTIME, files)) {
            assertThat(head.files()).containsExactly("head.json", "model.onnx");
        }
        try (AspectHead head = AspectHead.open(RUNTIME, files.with("preprocessor_config.json", "{}"))) {
            assertThat(head.files()).containsExactly("head.json", "model.onnx", "preprocessor_config.json");
        }
    }

    @Test
    void refusesAGraphThatDoesNotGiveWhatTheFileSays() {
        long[] embeds = {-1, 128};
        assertRefused(
                head("\"input\": \"image_embeds\"", 3, graph("Identity", embeds, embeds)), "expected 3 real numbers");
        assertRefused(head("\"input\": \"pixel_values\"", 3, graph("Identity", embeds, embeds)), "in 4 dimensions");
        assertRefused(
                head("\"input\": \"image_embeds\"", 8, graph("Identity", new long[] {4, 8}, new long[] {4, 8})),
                "the first open or 1");
        assertRefused(
                head(
                        "\"input\": \"image_embeds\"",
                        128,
                        new OnnxBytes()
                                .node("op", "Add", List.of("x", "z"), "y")
                                .value(INPUT, "x", F32, embeds)
                                .value(INPUT, "z", F32, embeds)
                                .value(OUTPUT, "y", F32, embeds)),
                "has the inputs x, z, expected one");
        OnnxBytes two = new OnnxBytes()
                .node("one", "Identity", List.of("x"), "y")
                .node("other", "Neg", List.of("x"), "z")
                .value(INPUT, "x", F32, embeds)
                .value(OUTPUT, "y", F32, embeds)
                .value(OUTPUT, "z", F32, embeds);
        assertRefused(head("\"input\": \"image_embeds\"", 128, two), "has the outputs y, z, expected one");
        assertThat(measure(
                        head("\"input\": \"image_embeds\", \"output\": \"z\"", 128, two),
                        List.of(plain(9, 9, 9)),
                        embed(List.of(plain(9, 9, 9))))[0])
                .isNotEmpty();
    }

    @Test
    void refusesAnEncoderThatTheHeadWasNotTrainedOn() {
        assertRefused(
                head("\"input\": \"image_embeds\"", 96, graph("Identity", new long[] {-1, 96}, new long[] {-1, 96})),
                "gets 128 in place of 96");
        assertRefused(head("\"input\": \"pixel_values\"", 3, channelMeans(224)), "gets 64 in place of 224");
    }

    @Test
    void refusesNumbersThatAreNone() {
        assertRefused(
                head("\"input\": \"image_embeds\"", 128, graph("Log", new long[] {-1, 128}, new long[] {-1, 128})),
                "is NaN for a picture");
    }

    private static void assertRefused(MemoryFiles files, String said) {
        List<RgbImage> images = List.of(plain(1, 2, 3));
        ImageEmbeddings embeddings = embed(images);
        assertThatThrownBy(() -> measure(files, images, embeddings))
                .isInstanceOf(EncoderException.class)
                .hasMessageContaining("memory:test/model.onnx")
                .hasMessageContaining(said);
    }

    @Test
    void refusesAFolderWithoutAModel() {
        MemoryFiles files = head("\"input\": \"pixel_values\"", 3, channelMeans(64));
        assertThatThrownBy(() -> AspectHead.open(RUNTIME, files.without("model.onnx")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("model.onnx");
        byte[] half = Arrays.copyOf(files.contents().get("model.onnx"), 40);
        assertThatThrownBy(() -> AspectHead.open(RUNTIME, files.with("model.onnx", half)))
                .isInstanceOf(RuntimeException.class)
                .hasMessageContaining("model.onnx");
    }
}
