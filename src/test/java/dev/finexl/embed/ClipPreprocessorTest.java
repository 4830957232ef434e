package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.Golden;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFileException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClipPreprocessorTest {

    private static final ImageDecoder DECODER = new ImageDecoder();

    static Stream<JsonNode> picturesThatPillowPreprocessed() {
        return Golden.cases("clip_preprocess.json");
    }

    @ParameterizedTest
    @MethodSource("picturesThatPillowPreprocessed")
    void equalsPillow(JsonNode expected) {
        int size = expected.get("size").intValue();
        ClipPreprocessor preprocessor =
                open("{'size': {'shortest_edge': %1$d}, 'crop_size': {'height': %1$d, 'width': %1$d}}".formatted(size));
        RgbImage image = DECODER.decode(Golden.path(expected.get("image").textValue()));
        assertThat(preprocessor.crop(image))
                .isEqualTo(DECODER.decode(Golden.path(expected.get("expected").textValue())));

        float[] pixels = pixels(preprocessor, image);
        int plane = size * size;
        for (int c = 0; c < 3; c++) {
            assertThat(mean(pixels, c)).isCloseTo(expected.get("mean").get(c).doubleValue(), within(1e-5));
            assertThat((double) pixels[c * plane])
                    .isCloseTo(expected.get("first_pixel").get(c).doubleValue(), within(1e-5));
            assertThat((double) pixels[c * plane + size / 2 * size + size / 2])
                    .isCloseTo(expected.get("center_pixel").get(c).doubleValue(), within(1e-5));
        }
    }

    static Stream<JsonNode> picturesThatTransformersPreprocessed() {
        return Golden.cases("clip_image_processor.json");
    }

    @ParameterizedTest
    @MethodSource("picturesThatTransformersPreprocessed")
    void equalsTransformers(JsonNode expected) {
        ClipPreprocessor preprocessor = open(expected.get("config").toString());
        assertThat(preprocessor.height()).isEqualTo(expected.get("shape").get(1).intValue());
        assertThat(preprocessor.width()).isEqualTo(expected.get("shape").get(2).intValue());
        RgbImage image = DECODER.decode(Golden.path(expected.get("image").textValue()));
        assertPixels(pixels(preprocessor, image), expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip-split", "clip-combined"})
    void feedsTheCompatibilityModels(String model) {
        ClipPreprocessor preprocessor = ClipPreprocessor.open(Golden.files("compat/" + model));
        for (JsonNode expected :
                Golden.json("compat/%s/golden.json".formatted(model)).get("images")) {
            RgbImage image = DECODER.decode(
                    Golden.path("compat/clip-split/" + expected.get("file").textValue()));
            assertPixels(pixels(preprocessor, image), expected.get("pixel_values"));
        }
    }

    private static void assertPixels(float[] pixels, JsonNode expected) {
        for (int i = 0; i < 8; i++) {
            assertThat((double) pixels[i])
                    .isCloseTo(expected.get("first8").get(i).doubleValue(), within(2e-6));
        }
        for (int c = 0; c < 3; c++) {
            assertThat(mean(pixels, c))
                    .isCloseTo(expected.get("channel_means").get(c).doubleValue(), within(2e-6));
        }
        double sum = 0;
        for (float value : pixels) {
            sum += Math.abs(value);
        }
        assertThat(sum / pixels.length).isCloseTo(expected.get("sum_abs").doubleValue() / pixels.length, within(1e-6));
    }

    @Test
    void writesAtAnOffset() {
        ClipPreprocessor preprocessor = open("{'size': 8, 'crop_size': 8}");
        RgbImage image = DECODER.decode(Golden.path("pictures/rgb.png"));
        float[] pixels = pixels(preprocessor, image);
        float[] batch = new float[2 * preprocessor.length() + 1];
        preprocessor.preprocess(image, batch, preprocessor.length());
        assertThat(Arrays.copyOfRange(batch, preprocessor.length(), 2 * preprocessor.length()))
                .isEqualTo(pixels);
        assertThat(Arrays.copyOf(batch, preprocessor.length())).containsOnly(0);
        assertThat(batch[2 * preprocessor.length()]).isZero();
        FloatBuffer buffer = FloatBuffer.allocate(batch.length);
        preprocessor.preprocess(image, buffer, preprocessor.length());
        assertThat(buffer.array()).isEqualTo(batch);
        assertThat(buffer.position()).isZero();
    }

    @Test
    void sizesMayAlternate() {
        ClipPreprocessor preprocessor = open("{'size': 8, 'crop_size': 8}");
        RgbImage first = DECODER.decode(Golden.path("pictures/rgb.png"));
        RgbImage second = DECODER.decode(Golden.path("images/tiny.png"));
        RgbImage expected = preprocessor.crop(first);
        assertThat(preprocessor.crop(second)).isNotEqualTo(expected);
        assertThat(preprocessor.crop(first)).isEqualTo(expected);
    }

    /** Resized as a whole it would have 3 billion pixels. */
    @Test
    void aPictureOfExtremeShapeIsNotResizedWhole() {
        RgbImage line = new RgbImage(65_535, 1, new byte[3 * 65_535]);
        assertThat(open("{}").crop(line)).isEqualTo(new RgbImage(224, 224, new byte[3 * 224 * 224]));
    }

    static Stream<Arguments> unsupported() {
        return Stream.of(
                arguments(
                        "{'image_processor_type': 'ViTImageProcessor'}",
                        "'image_processor_type' \"ViTImageProcessor\""),
                arguments("{'feature_extractor_type': 'ViTFeatureExtractor'}", "'feature_extractor_type'"),
                arguments("{'do_flip_channel_order': true}", "'do_flip_channel_order' true, expected no such step"),
                arguments("{'do_resize': 1}", "'do_resize' 1, expected true or false"),
                arguments("{'resample': 1}", "'resample' 1, expected 2 (bilinear) or 3 (bicubic)"),
                arguments("{'size': {'shortest_edge': 8, 'longest_edge': 9}}", "'size' {"),
                arguments(
                        "{'size': 'large'}", "'size' \"large\", expected a number, {shortest_edge} or {height, width}"),
                arguments("{'size': 0}", "'size' 0, expected a whole number from 1 to 4096"),
                arguments("{'size': {'height': 5000, 'width': 1}}", "'size.height' 5000"),
                arguments("{'crop_size': {'shortest_edge': 8}}", "'crop_size' {"),
                arguments("{'crop_size': 224.5}", "'crop_size' 224.5"),
                arguments("{'image_mean': [0.5, 0.5]}", "'image_mean' [0.5,0.5], expected three numbers"),
                arguments("{'image_mean': [0.5, 0.5, 'x']}", "'image_mean' \"x\", expected a finite number"),
                arguments("{'image_mean': [0.5, 0.5, null]}", "'image_mean' null, expected a finite number"),
                arguments("{'image_std': [0.5, 0, 0.5]}", "'image_std' [0.5,0,0.5], expected three numbers above 0"),
                arguments("{'rescale_factor': 1e99}", "'rescale_factor'"),
                arguments("{'do_center_crop': false}", "no size is fixed"),
                arguments("[]", "is not a JSON object"),
                arguments("{", "is not JSON"));
    }

    @ParameterizedTest
    @MethodSource("unsupported")
    void whatIsNotSupportedIsNamed(String config, String message) {
        assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> open(config))
                .withMessageContaining("'preprocessor_config.json'")
                .withMessageContaining(message);
    }

    private static ClipPreprocessor open(String config) {
        return ClipPreprocessor.open(new MemoryFiles().with("preprocessor_config.json", config.replace('\'', '"')));
    }

    private static float[] pixels(ClipPreprocessor preprocessor, RgbImage image) {
        float[] pixels = new float[preprocessor.length()];
        preprocessor.preprocess(image, pixels, 0);
        return pixels;
    }

    private static double mean(float[] pixels, int channel) {
        int plane = pixels.length / 3;
        double sum = 0;
        for (int i = 0; i < plane; i++) {
            sum += pixels[channel * plane + i];
        }
        return sum / plane;
    }
}
