package dev.finexl.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BundledModelsTest {

    private static final Path MODELS = Path.of("src/main/resources/models");

    @Test
    void shipsTheHashOfEveryFileAsItIs() throws IOException {
        Map<String, String> actual = new TreeMap<>();
        try (Stream<Path> files = Files.walk(MODELS)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> !file.getParent().equals(MODELS))
                    .toList()) {
                try (InputStream in = Files.newInputStream(file)) {
                    actual.put(MODELS.relativize(file).toString().replace('\\', '/'), Sha256.of(in));
                }
            }
        }
        assertThat(new BundledModels().hashes())
                .as("sha256.txt, which `find * -mindepth 1 -type f | sort | xargs sha256sum` prints in that folder")
                .isEqualTo(actual);
    }

    @Test
    void knowsTheHashOfAFileByTheModelThatItBelongsTo() throws IOException {
        BundledModels models = new BundledModels();
        assertThat(models.find("vivid").orElseThrow().files().sha256("vivid.safetensors"))
                .isEqualTo(models.hashes().get("loras/vivid.safetensors"));
        assertThat(models.find("mini-diffusion").orElseThrow().files().sha256("unet/model.onnx"))
                .isEqualTo(models.hashes().get("mini-diffusion/unet/model.onnx"));
    }
}
