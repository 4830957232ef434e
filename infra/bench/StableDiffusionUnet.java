import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Writes the UNet of Stable Diffusion 1.5 with random weights: its 860 million parameters, in the nodes that optimum's exporter makes of
 * diffusers' {@code UNet2DConditionModel}. Exists because what it takes to open a real model can only be measured with one of its
 * size, and a published one is not to be had everywhere.
 */
final class StableDiffusionUnet {

    /** What the published model has. */
    static final long PARAMETERS = 859_520_964;

    private static final int[] CHANNELS = {320, 640, 1280, 1280};
    private static final int LAYERS = 2;
    private static final int LATENT = 4;
    private static final int TEXT = 768;
    private static final int TIME = 1280;
    private static final int HEADS = 8;
    private static final int GROUPS = 32;
    private static final float NORM = 1e-5f;

    private final OnnxWriter out;
    /** Products of linear layers have weights that are named by number. */
    private int anonymous;

    private StableDiffusionUnet(OnnxWriter out) {
        this.out = out;
    }

    /** @param folder where {@code model.onnx} and its data are written; 3.4 GB */
    static void write(Path folder) throws IOException {
        try (OnnxWriter out = new OnnxWriter(folder)) {
            new StableDiffusionUnet(out).write();
            if (out.parameters() != PARAMETERS) {
                throw new IllegalStateException("%,d parameters, not %,d".formatted(out.parameters(), PARAMETERS));
            }
            out.finish();
        }
    }

    private void write() throws IOException {
        out.input("sample", "batch_size", Integer.toString(LATENT), "height", "width");
        out.input("timestep");
        out.input("encoder_hidden_states", "batch_size", "sequence_length", Integer.toString(TEXT));
        String time = time();
        String x = conv("sample", "conv_in", LATENT, CHANNELS[0], 3, 1);
        Deque<Skip> skips = new ArrayDeque<>(List.of(new Skip(x, CHANNELS[0])));
        x = down(x, time, skips);
        x = middle(x, time);
        x = up(x, time, skips);
        x = silu(groupNorm(x, "conv_norm_out", CHANNELS[0], NORM), "conv_act");
        out.output(
                "out_sample",
                conv(x, "conv_out", CHANNELS[0], LATENT, 3, 1),
                "batch_size",
                Integer.toString(LATENT),
                "height",
                "width");
    }

    /** What goes from the way down to the way up. */
    private record Skip(String value, int channels) {}

    private String down(String input, String time, Deque<Skip> skips) throws IOException {
        String x = input;
        int width = CHANNELS[0];
        for (int block = 0; block < CHANNELS.length; block++) {
            String module = "down_blocks." + block;
            boolean last = block == CHANNELS.length - 1;
            for (int layer = 0; layer < LAYERS; layer++) {
                x = residual(x, time, module + ".resnets." + layer, width, CHANNELS[block]);
                width = CHANNELS[block];
                if (!last) {
                    x = transformer(x, module + ".attentions." + layer, width);
                }
                skips.push(new Skip(x, width));
            }
            if (!last) {
                x = conv(x, module + ".downsamplers.0.conv", width, width, 3, 2);
                skips.push(new Skip(x, width));
            }
        }
        return x;
    }

    private String middle(String input, String time) throws IOException {
        int width = CHANNELS[CHANNELS.length - 1];
        String x = residual(input, time, "mid_block.resnets.0", width, width);
        x = transformer(x, "mid_block.attentions.0", width);
        return residual(x, time, "mid_block.resnets.1", width, width);
    }

    private String up(String input, String time, Deque<Skip> skips) throws IOException {
        String x = input;
        int width = CHANNELS[CHANNELS.length - 1];
        for (int block = 0; block < CHANNELS.length; block++) {
            String module = "up_blocks." + block;
            int channels = CHANNELS[CHANNELS.length - 1 - block];
            for (int layer = 0; layer <= LAYERS; layer++) {
                Skip skip = skips.pop();
                x = out.node(path(module), "Concat", List.of(x, skip.value()), OnnxWriter.attribute("axis", 1));
                x = residual(x, time, module + ".resnets." + layer, width + skip.channels(), channels);
                width = channels;
                if (block > 0) {
                    x = transformer(x, module + ".attentions." + layer, width);
                }
            }
            if (block < CHANNELS.length - 1) {
                x = twice(x, module + ".upsamplers.0");
                x = conv(x, module + ".upsamplers.0.conv", width, width, 3, 1);
            }
        }
        return x;
    }

    /** The sinusoidal embedding of the timestep, through two layers. */
    private String time() throws IOException {
        int half = CHANNELS[0] / 2;
        float[] frequencies = new float[half];
        for (int i = 0; i < half; i++) {
            frequencies[i] = (float) Math.exp(-Math.log(10_000) * i / half);
        }
        String module = "/time_proj";
        String batch = out.node("", "Unsqueeze", List.of(size("", "sample", 0), out.whole("", true, 0)));
        String steps = out.node("", "Unsqueeze", List.of("timestep", out.whole("", true, 0)));
        steps = out.node("", "Expand", List.of(steps, batch));
        steps = out.node(module, "Unsqueeze", List.of(steps, out.whole(module, true, 1)));
        String angles = out.node(module, "Mul", List.of(steps, out.vector(module, frequencies)));
        String waves = out.node(
                module,
                "Concat",
                List.of(out.node(module, "Cos", List.of(angles)), out.node(module, "Sin", List.of(angles))),
                OnnxWriter.attribute("axis", -1));
        String hidden = silu(gemm(waves, "time_embedding.linear_1", CHANNELS[0], TIME), "time_embedding.act");
        return gemm(hidden, "time_embedding.linear_2", TIME, TIME);
    }

    private String residual(String input, String time, String module, int from, int to) throws IOException {
        String x = silu(groupNorm(input, module + ".norm1", from, NORM), module + ".nonlinearity");
        x = conv(x, module + ".conv1", from, to, 3, 1);
        String shift = gemm(silu(time, module + ".nonlinearity"), module + ".time_emb_proj", TIME, to);
        for (int axis = 2; axis < 4; axis++) {
            shift = out.node(path(module), "Unsqueeze", List.of(shift, out.whole(path(module), true, axis)));
        }
        x = out.node(path(module), "Add", List.of(x, shift));
        x = silu(groupNorm(x, module + ".norm2", to, NORM), module + ".nonlinearity");
        x = conv(x, module + ".conv2", to, to, 3, 1);
        String rest = from == to ? input : conv(input, module + ".conv_shortcut", from, to, 1, 1);
        x = out.node(path(module), "Add", List.of(rest, x));
        return out.node(path(module), "Div", List.of(x, out.scalar(path(module), 1)));
    }

    private String transformer(String input, String module, int channels) throws IOException {
        String path = path(module);
        String batch = size(path, input, 0);
        String height = size(path, input, 2);
        String width = size(path, input, 3);
        String x = groupNorm(input, module + ".norm", channels, 1e-6f);
        x = conv(x, module + ".proj_in", channels, channels, 1, 1);
        String inner = size(path, x, 1);
        x = transpose(path, x, 0, 2, 3, 1);
        x = reshape(path, x, batch, out.node(path, "Mul", List.of(height, width)), inner);

        String block = module + ".transformer_blocks.0";
        String normal = layerNorm(x, block + ".norm1", channels);
        x = out.node(path(block), "Add", List.of(attention(normal, normal, block + ".attn1", channels, channels), x));
        normal = layerNorm(x, block + ".norm2", channels);
        x = out.node(
                path(block),
                "Add",
                List.of(attention(normal, "encoder_hidden_states", block + ".attn2", channels, TEXT), x));
        normal = layerNorm(x, block + ".norm3", channels);
        x = out.node(path(block), "Add", List.of(feedForward(normal, block + ".ff", channels), x));

        x = transpose(path, reshape(path, x, batch, height, width, inner), 0, 3, 1, 2);
        x = conv(x, module + ".proj_out", channels, channels, 1, 1);
        return out.node(path, "Add", List.of(x, input));
    }

    private String attention(String x, String context, String module, int channels, int from) throws IOException {
        String path = path(module);
        String batch = size(path, x, 0);
        String query = product(x, module + ".to_q", channels, channels);
        String key = product(context, module + ".to_k", from, channels);
        String value = product(context, module + ".to_v", from, channels);
        String width = out.node(
                path, "Div", List.of(size(path, key, 2), out.whole(path, false, HEADS)));
        query = transpose(path, heads(path, query, batch, width), 0, 2, 1, 3);
        key = heads(path, key, batch, width);
        value = transpose(path, heads(path, value, batch, width), 0, 2, 1, 3);

        String last = out.node(
                path,
                "Slice",
                List.of(
                        out.node(path, "Shape", List.of(query)),
                        out.whole(path, true, -1),
                        out.whole(path, true, Long.MAX_VALUE)));
        String root = out.node(path, "Sqrt", List.of(cast(path, last)));
        String scale = out.node(path, "Div", List.of(out.vector(path, 1), root));
        query = out.node(path, "Mul", List.of(query, out.node(path, "Sqrt", List.of(scale))));
        key = transpose(path, key, 0, 2, 3, 1);
        key = out.node(path, "Mul", List.of(key, out.node(path, "Sqrt", List.of(scale))));
        String weights = out.node(
                path,
                "Softmax",
                List.of(out.node(path, "MatMul", List.of(query, key))),
                OnnxWriter.attribute("axis", -1));
        String mixed = transpose(path, out.node(path, "MatMul", List.of(weights, value)), 0, 2, 1, 3);
        String all = out.node(path, "Mul", List.of(width, out.whole(path, false, HEADS)));
        mixed = reshape(path, mixed, batch, out.whole(path, false, -1), all);
        mixed = linear(mixed, module + ".to_out.0", channels, channels);
        return out.node(path, "Div", List.of(mixed, out.scalar(path, 1)));
    }

    private String heads(String path, String x, String batch, String width) {
        return reshape(path, x, batch, out.whole(path, false, -1), out.whole(path, false, HEADS), width);
    }

    /** A linear layer, half of which decides by GELU how much of the other passes, and a linear layer. */
    private String feedForward(String x, String module, int channels) throws IOException {
        int width = 4 * channels;
        String gated = module + ".net.0";
        String path = path(gated);
        String both = linear(x, gated + ".proj", channels, 2 * width);
        String half = out.node(path, "Div", List.of(size(path, both, 2), out.whole(path, false, 2)));
        String middle = out.node(path, "Unsqueeze", List.of(half, out.whole(path, true, 0)));
        String value = slice(path, both, out.whole(path, true, 0), middle);
        String gate = slice(path, both, middle, out.whole(path, true, 2L * width));
        String error = out.node(
                path,
                "Erf",
                List.of(out.node(path, "Div", List.of(gate, out.scalar(path, (float) Math.sqrt(2))))));
        String gelu = out.node(
                path, "Mul", List.of(gate, out.node(path, "Add", List.of(error, out.scalar(path, 1)))));
        gelu = out.node(path, "Mul", List.of(gelu, out.scalar(path, 0.5f)));
        return linear(out.node(path, "Mul", List.of(value, gelu)), module + ".net.2", width, channels);
    }

    private String slice(String path, String x, String from, String to) {
        return out.node(path, "Slice", List.of(x, from, to, out.whole(path, true, 2)));
    }

    /** Twice as high and wide, each number four times. */
    private String twice(String x, String module) {
        return out.node(
                path(module),
                "Resize",
                List.of(x, "", out.vector(path(module), 1, 1, 2, 2)),
                OnnxWriter.attribute("coordinate_transformation_mode", "asymmetric"),
                OnnxWriter.attribute("mode", "nearest"),
                OnnxWriter.attribute("nearest_mode", "floor"));
    }

    private String groupNorm(String x, String module, int channels, float epsilon) throws IOException {
        String path = path(module);
        String groups = out.node(path, "Reshape", List.of(x, out.whole(path, true, 0, GROUPS, -1)));
        float[] ones = new float[GROUPS];
        Arrays.fill(ones, 1);
        String normal = out.node(
                path,
                "InstanceNormalization",
                List.of(groups, out.vector(path, ones), out.vector(path, new float[GROUPS])),
                OnnxWriter.attribute("epsilon", epsilon));
        normal = out.node(path, "Reshape", List.of(normal, out.node(path, "Shape", List.of(x))));
        normal = out.node(path, "Mul", List.of(normal, out.weight("onnx::Mul_" + anonymous++, 1, channels, 1, 1)));
        return out.node(path, "Add", List.of(normal, out.weight("onnx::Add_" + anonymous++, 1, channels, 1, 1)));
    }

    private String layerNorm(String x, String module, int channels) throws IOException {
        return out.node(
                path(module),
                "LayerNormalization",
                List.of(x, out.weight(module + ".weight", 1, channels), out.weight(module + ".bias", 1, channels)),
                OnnxWriter.attribute("axis", -1),
                OnnxWriter.attribute("epsilon", NORM));
    }

    private String silu(String x, String module) {
        return out.node(path(module), "Mul", List.of(x, out.node(path(module), "Sigmoid", List.of(x))));
    }

    private String conv(String x, String module, int from, int to, int kernel, int stride) throws IOException {
        int pad = kernel / 2;
        float bound = bound(from * kernel * kernel);
        return out.node(
                path(module),
                "Conv",
                List.of(
                        x,
                        out.weight(module + ".weight", bound, to, from, kernel, kernel),
                        out.weight(module + ".bias", bound, to)),
                OnnxWriter.attribute("dilations", new int[] {1, 1}),
                OnnxWriter.attribute("group", 1),
                OnnxWriter.attribute("kernel_shape", new int[] {kernel, kernel}),
                OnnxWriter.attribute("pads", new int[] {pad, pad, pad, pad}),
                OnnxWriter.attribute("strides", new int[] {stride, stride}));
    }

    private String gemm(String x, String module, int from, int to) throws IOException {
        return out.node(
                path(module),
                "Gemm",
                List.of(
                        x,
                        out.weight(module + ".weight", bound(from), to, from),
                        out.weight(module + ".bias", bound(from), to)),
                OnnxWriter.attribute("alpha", 1f),
                OnnxWriter.attribute("beta", 1f),
                OnnxWriter.attribute("transB", 1));
    }

    private String product(String x, String module, int from, int to) throws IOException {
        return out.node(
                path(module), "MatMul", List.of(x, out.weight("onnx::MatMul_" + anonymous++, bound(from), from, to)));
    }

    private String linear(String x, String module, int from, int to) throws IOException {
        String product = product(x, module, from, to);
        return out.node(path(module), "Add", List.of(out.weight(module + ".bias", bound(from), to), product));
    }

    /** As torch initialises layers. */
    private static float bound(int inputs) {
        return (float) (1 / Math.sqrt(inputs));
    }

    private String transpose(String path, String x, int... order) {
        return out.node(path, "Transpose", List.of(x), OnnxWriter.attribute("perm", order));
    }

    private String reshape(String path, String x, String... sizes) {
        List<String> dimensions = new ArrayList<>();
        for (String size : sizes) {
            dimensions.add(out.node(path, "Unsqueeze", List.of(size, out.whole(path, true, 0))));
        }
        String shape = out.node(path, "Concat", dimensions, OnnxWriter.attribute("axis", 0));
        return out.node(path, "Reshape", List.of(x, shape), OnnxWriter.attribute("allowzero", 0));
    }

    private String size(String path, String x, int axis) {
        return out.node(
                path,
                "Gather",
                List.of(out.node(path, "Shape", List.of(x)), out.whole(path, false, axis)),
                OnnxWriter.attribute("axis", 0));
    }

    private String cast(String path, String x) {
        return out.node(path, "Cast", List.of(x), OnnxWriter.attribute("to", 1));
    }

    /** As the exporter writes a module's name before a node's. */
    private static String path(String module) {
        return "/" + module.replaceAll("\\.(?=[a-z])", "/");
    }
}
