package dev.finexl.embed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a {@code preprocessor_config.json} asks for, in the form of today ({@code "size": {"shortest_edge": 224}}) or in
 * that of transformers before 4.22 ({@code "size": 224}). What the file leaves out is as in transformers'
 * {@code CLIPImageProcessor}. What is not known here is an error where it would change the picture.
 *
 * @param resize how the picture is resized; empty if it is not
 * @param crop the size of the part that is cut out of the middle; empty if there is no cropping
 * @param scale what the samples of 0 to 255 are multiplied with
 * @param mean of each channel, taken off after scaling
 * @param deviation of each channel, divided by after that
 */
record PreprocessorConfig(Optional<Resize> resize, Optional<Size> crop, double scale, float[] mean, float[] deviation) {

    private static final int LARGEST = 4096;

    private static final Set<String> TYPES = Set.of(
            "CLIPImageProcessor",
            "CLIPImageProcessorFast",
            "SiglipImageProcessor",
            "SiglipImageProcessorFast",
            "CLIPFeatureExtractor");
    private static final Set<String> SWITCHES =
            Set.of("do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb");

    private static final float[] CLIP_MEAN = {0.48145466f, 0.4578275f, 0.40821073f};
    private static final float[] CLIP_DEVIATION = {0.26862954f, 0.26130258f, 0.27577711f};

    private static final float[] SIGLIP_HALF = {0.5f, 0.5f, 0.5f};

    /** How a picture is resized. */
    sealed interface Resize {
        ResampleFilter filter();
    }

    /** The shorter side gets a length, and the other keeps the proportion. */
    record ShortestEdge(int length, ResampleFilter filter) implements Resize {}

    /** Both sides get a length. */
    record Exact(Size size, ResampleFilter filter) implements Resize {}

    /**
     * @param name of the file
     * @throws ModelFileException if the file is missing, malformed, or asks for something that is not supported
     */
    static PreprocessorConfig read(ModelFiles files, String name) {
        return new Reader(files, name, ModelJson.read(files, name)).config();
    }

    private record Reader(ModelFiles files, String name, ObjectNode json) {

        PreprocessorConfig config() {
            requireKnown();
            boolean normalize = isOn("do_normalize");
            return new PreprocessorConfig(
                    isOn("do_resize") ? Optional.of(resize()) : Optional.empty(),
                    crops() ? Optional.of(crop()) : Optional.empty(),
                    isOn("do_rescale") ? scale() : 1,
                    normalize ? triple("image_mean", siglip() ? SIGLIP_HALF : CLIP_MEAN) : new float[] {0, 0, 0},
                    normalize ? deviation() : new float[] {1, 1, 1});
        }

        private void requireKnown() {
            for (String field : new String[] {"image_processor_type", "feature_extractor_type"}) {
                if (json.hasNonNull(field) && !TYPES.contains(json.get(field).asText())) {
                    throw wrong(
                            field,
                            json.get(field),
                            "one of " + TYPES.stream().sorted().toList());
                }
            }
            for (Map.Entry<String, JsonNode> entry : json.properties()) {
                boolean unknown = entry.getKey().startsWith("do_") && !SWITCHES.contains(entry.getKey());
                if (unknown && entry.getValue().asBoolean(false)) {
                    throw wrong(entry.getKey(), entry.getValue(), "no such step");
                }
            }
        }

        private boolean isOn(String field) {
            JsonNode value = json.path(field);
            if (json.hasNonNull(field) && !value.isBoolean()) {
                throw wrong(field, value, "true or false");
            }
            return value.asBoolean(true);
        }

        /** SigLIP's processor has other defaults. */
        private boolean siglip() {
            return json.path("image_processor_type").asText("").startsWith("Siglip");
        }

        /** SigLIP's has no such step. */
        private boolean crops() {
            return isOn("do_center_crop") && !siglip();
        }

        private Resize resize() {
            JsonNode id = json.path("resample");
            ResampleFilter filter = json.hasNonNull("resample")
                    ? ResampleFilter.ofPillow(id.asInt(-1))
                            .orElseThrow(() -> wrong("resample", id, "2 (bilinear) or 3 (bicubic)"))
                    : ResampleFilter.BICUBIC;
            JsonNode size = json.path("size");
            if (!json.hasNonNull("size")) {
                return siglip() ? new Exact(new Size(224, 224), filter) : new ShortestEdge(224, filter);
            }
            if (size.isNumber()) {
                return new ShortestEdge(length("size", size), filter);
            }
            if (size.size() == 1 && size.has("shortest_edge")) {
                return new ShortestEdge(length("size.shortest_edge", size.get("shortest_edge")), filter);
            }
            return new Exact(size("size", size, "a number, {shortest_edge} or {height, width}"), filter);
        }

        private Size crop() {
            JsonNode size = json.path("crop_size");
            if (!json.hasNonNull("crop_size")) {
                return new Size(224, 224);
            }
            if (size.isNumber()) {
                int length = length("crop_size", size);
                return new Size(length, length);
            }
            return size("crop_size", size, "a number or {height, width}");
        }

        private Size size(String field, JsonNode size, String expected) {
            if (size.size() != 2 || !size.has("height") || !size.has("width")) {
                throw wrong(field, size, expected);
            }
            return new Size(length(field + ".width", size.get("width")), length(field + ".height", size.get("height")));
        }

        private int length(String field, JsonNode value) {
            if (!value.isIntegralNumber() || value.asLong() < 1 || value.asLong() > LARGEST) {
                throw wrong(field, value, "a whole number from 1 to " + LARGEST);
            }
            return value.intValue();
        }

        private double scale() {
            return json.hasNonNull("rescale_factor") ? number("rescale_factor", json.get("rescale_factor")) : 1 / 255.0;
        }

        private float[] deviation() {
            float[] values = triple("image_std", siglip() ? SIGLIP_HALF : CLIP_DEVIATION);
            for (float value : values) {
                if (value <= 0) {
                    throw wrong("image_std", json.get("image_std"), "three numbers above 0");
                }
            }
            return values;
        }

        private float[] triple(String field, float[] fallback) {
            JsonNode values = json.path(field);
            if (!json.hasNonNull(field)) {
                return fallback;
            }
            if (!values.isArray() || values.size() != 3) {
                throw wrong(field, values, "three numbers");
            }
            float[] triple = new float[3];
            for (int c = 0; c < 3; c++) {
                triple[c] = (float) number(field, values.get(c));
            }
            return triple;
        }

        private double number(String field, JsonNode value) {
            if (!value.isNumber() || !Float.isFinite(value.floatValue())) {
                throw wrong(field, value, "a finite number");
            }
            return value.doubleValue();
        }

        private ModelFileException wrong(String field, JsonNode found, String expected) {
            return new ModelFileException(
                    files, name, "has the '%s' %s, expected %s".formatted(field, ModelJson.excerpt(found), expected));
        }
    }
}
