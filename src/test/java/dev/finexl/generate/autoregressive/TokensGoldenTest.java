package dev.finexl.generate.autoregressive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.Golden;
import dev.finexl.embed.RgbImage;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.described.TextCondition;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Catalogue;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.RoutedFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bundled autoregressive models write the tokens that torch writes from the same uniforms. */
class TokensGoldenTest {

    private static final Catalogue CATALOGUE = new Catalogue(List.of());
    private static final double FLOAT16_WEIGHTS = 2e-3;

    static Stream<JsonNode> runs() {
        return Golden.elements(Golden.json("mini/ar.json").get("runs"))
                .filter(run -> !run.get("model").textValue().equals("mini-ar-outlined-vivid"));
    }

    private static ModelFiles files(String model) {
        ModelFiles completed = RoutedFiles.completed(
                CATALOGUE.find(model).files(), CATALOGUE.find("mini-ar").files());
        return RoutedFiles.mounted(
                completed, TextCondition.FOLDER, CATALOGUE.find("mini-clip").files());
    }

    @ParameterizedTest
    @MethodSource("runs")
    void writesTheTokensOfTorch(JsonNode run) {
        List<ImageRequest> requests = new ArrayList<>();
        for (int i = 0; i < run.get("prompts").size(); i++) {
            requests.add(new ImageRequest(
                    run.get("prompts").get(i).textValue(),
                    run.get("uniforms_seeds").get(i).longValue()));
        }
        int[][] expected = Golden.elements(run.get("token_ids"))
                .map(row -> Golden.elements(row).mapToInt(JsonNode::intValue).toArray())
                .toArray(int[][]::new);
        SamplerSettings settings =
                new SamplerSettings(null, 1, run.get("guidance_scale").doubleValue(), "", 64, 64, 3);
        List<RgbImage> pictures = new ArrayList<>();

        try (AutoregressiveModel model = AutoregressiveModel.open(
                        new OnnxRuntime(OnnxSettings.cpu()),
                        files(run.get("model").textValue()));
                RunScope scope = new RunScope()) {
            assertThat(model.tokens(scope, requests, settings)).isDeepEqualTo(expected);
            assertThat(model.tokens(scope, requests.subList(2, 3), settings)[0]).isEqualTo(expected[2]);
            model.generate(scope, requests, settings, (first, images) -> pictures.addAll(images));
        }

        for (int i = 0; i < pictures.size(); i++) {
            byte[] rgb = pictures.get(i).rgb();
            double mean = IntStream.range(0, rgb.length)
                            .map(k -> rgb[k] & 0xff)
                            .average()
                            .orElseThrow()
                    / 255;
            assertThat(mean).isCloseTo(run.get("picture_mean").get(i).doubleValue(), within(FLOAT16_WEIGHTS));
        }
        assertThat(pictures).hasSize(requests.size());
        assertThat(Arrays.stream(expected)).hasSameSizeAs(requests);
    }
}
