package dev.finexl.generate.lora;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names that a network's layers have in the code that it was first published with, which many trainers kept: exports
 * have diffusers' names. What diffusers has as several layers (query, key, value) may be one there, with their rows one under
 * the other.
 *
 * <p>A name is given only if all its layers are there, so that a key is never applied in part. The modulation of the final
 * layers has none: diffusers has its halves the other way round.
 */
final class OriginalNames {

    /** What blocks of transformers have: the original name, and diffusers' names for its rows from the top. */
    private record Rule(String original, List<String> layers) {

        static Rule of(String original, String... layers) {
            return new Rule(original, List.of(layers));
        }
    }

    /** A kind of block, numbered from 0. */
    private record Block(String original, String diffusers, List<Rule> rules) {}

    private static final List<Block> FLUX_BLOCKS = List.of(
            new Block(
                    "double_blocks",
                    "transformer_blocks",
                    List.of(
                            Rule.of("img_attn.qkv", "attn.to_q", "attn.to_k", "attn.to_v"),
                            Rule.of("txt_attn.qkv", "attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj"),
                            Rule.of("img_attn.proj", "attn.to_out.0"),
                            Rule.of("txt_attn.proj", "attn.to_add_out"),
                            Rule.of("img_mlp.0", "ff.net.0.proj"),
                            Rule.of("img_mlp.2", "ff.net.2"),
                            Rule.of("txt_mlp.0", "ff_context.net.0.proj"),
                            Rule.of("txt_mlp.2", "ff_context.net.2"),
                            Rule.of("img_mod.lin", "norm1.linear"),
                            Rule.of("txt_mod.lin", "norm1_context.linear"))),
            new Block(
                    "single_blocks",
                    "single_transformer_blocks",
                    List.of(
                            Rule.of("linear1", "attn.to_q", "attn.to_k", "attn.to_v", "proj_mlp"),
                            Rule.of("linear2", "proj_out"),
                            Rule.of("modulation.lin", "norm.linear"))));

    private static final List<Rule> FLUX_REST = List.of(
            Rule.of("img_in", "x_embedder"),
            Rule.of("txt_in", "context_embedder"),
            Rule.of("time_in.in_layer", "time_text_embed.timestep_embedder.linear_1"),
            Rule.of("time_in.out_layer", "time_text_embed.timestep_embedder.linear_2"),
            Rule.of("vector_in.in_layer", "time_text_embed.text_embedder.linear_1"),
            Rule.of("vector_in.out_layer", "time_text_embed.text_embedder.linear_2"),
            Rule.of("guidance_in.in_layer", "time_text_embed.guidance_embedder.linear_1"),
            Rule.of("guidance_in.out_layer", "time_text_embed.guidance_embedder.linear_2"),
            Rule.of("final_layer.linear", "proj_out"));

    private static final List<Block> SD3_BLOCKS = List.of(new Block(
            "joint_blocks",
            "transformer_blocks",
            List.of(
                    Rule.of("x_block.attn.qkv", "attn.to_q", "attn.to_k", "attn.to_v"),
                    Rule.of("context_block.attn.qkv", "attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj"),
                    Rule.of("x_block.attn2.qkv", "attn2.to_q", "attn2.to_k", "attn2.to_v"),
                    Rule.of("x_block.attn.proj", "attn.to_out.0"),
                    Rule.of("context_block.attn.proj", "attn.to_add_out"),
                    Rule.of("x_block.attn2.proj", "attn2.to_out.0"),
                    Rule.of("x_block.mlp.fc1", "ff.net.0.proj"),
                    Rule.of("x_block.mlp.fc2", "ff.net.2"),
                    Rule.of("context_block.mlp.fc1", "ff_context.net.0.proj"),
                    Rule.of("context_block.mlp.fc2", "ff_context.net.2"),
                    Rule.of("x_block.adaLN_modulation.1", "norm1.linear"))));

    private static final List<Rule> SD3_REST = List.of(
            Rule.of("x_embedder.proj", "pos_embed.proj"),
            Rule.of("context_embedder", "context_embedder"),
            Rule.of("t_embedder.mlp.0", "time_text_embed.timestep_embedder.linear_1"),
            Rule.of("t_embedder.mlp.2", "time_text_embed.timestep_embedder.linear_2"),
            Rule.of("y_embedder.mlp.0", "time_text_embed.text_embedder.linear_1"),
            Rule.of("y_embedder.mlp.2", "time_text_embed.text_embedder.linear_2"),
            Rule.of("final_layer.linear", "proj_out"));

    private static final Map<String, String> UNET_REST = Map.of(
            "time_embedding.linear_1", "time_embed.0",
            "time_embedding.linear_2", "time_embed.2",
            "add_embedding.linear_1", "label_emb.0.0",
            "add_embedding.linear_2", "label_emb.0.2",
            "conv_in", "input_blocks.0.0",
            "conv_out", "out.2");

    private static final Map<String, String> RESNET = Map.of(
            "conv1", "in_layers.2",
            "time_emb_proj", "emb_layers.1",
            "conv2", "out_layers.3",
            "conv_shortcut", "skip_connection");

    private static final Pattern IN_UNET =
            Pattern.compile("(down_blocks|mid_block|up_blocks)(?:\\.(\\d{1,3}))?\\.([a-z]+)\\.(\\d{1,3})\\.(.+)");

    private OriginalNames() {}

    /** @param paths diffusers' names of all layers of the network */
    static Map<String, List<String>> flux(Set<String> paths) {
        return transformer(paths, FLUX_BLOCKS, FLUX_REST);
    }

    /** @param paths diffusers' names of all layers of the network */
    static Map<String, List<String>> stableDiffusion3(Set<String> paths) {
        return transformer(paths, SD3_BLOCKS, SD3_REST);
    }

    /**
     * The names of Stable Diffusion's own code: blocks are counted through, each with its resampling as one more.
     *
     * @param paths diffusers' names of all layers of the network
     */
    static Map<String, List<String>> unet(Set<String> paths) {
        Map<String, List<String>> names = new LinkedHashMap<>();
        int each = 1;
        while (hasAny(paths, "down_blocks.0.resnets." + each + ".")) {
            each++;
        }
        for (String path : paths) {
            Matcher matcher = IN_UNET.matcher(path);
            Optional<String> original =
                    matcher.matches() ? inUnet(matcher, each, paths) : Optional.ofNullable(UNET_REST.get(path));
            original.ifPresent(name -> names.put(name, List.of(path)));
        }
        return names;
    }

    /** @param each the residual blocks of a block on the way down; there is one more on the way up */
    private static Optional<String> inUnet(Matcher path, int each, Set<String> paths) {
        int block = path.group(2) == null ? 0 : Integer.parseInt(path.group(2));
        String kind = path.group(3);
        int layer = Integer.parseInt(path.group(4));
        String rest = path.group(5);
        String inner = kind.equals("resnets") ? RESNET.getOrDefault(rest, rest) : rest;
        String place = kind.equals("resnets") ? "0" : "1";
        int first = block * (each + 1);
        return switch (path.group(1)) {
            case "down_blocks" ->
                kind.equals("downsamplers")
                        ? Optional.of("input_blocks.%d.0.op".formatted(first + each + 1))
                        : Optional.of("input_blocks.%d.%s.%s".formatted(first + layer + 1, place, inner));
            case "mid_block" ->
                Optional.of("middle_block.%d.%s".formatted(kind.equals("resnets") ? 2 * layer : 1, inner));
            case "up_blocks" -> {
                boolean attends = hasAny(paths, "up_blocks.%d.attentions.".formatted(block));
                yield kind.equals("upsamplers")
                        ? Optional.of("output_blocks.%d.%d.conv".formatted(first + each, attends ? 2 : 1))
                        : Optional.of("output_blocks.%d.%s.%s".formatted(first + layer, place, inner));
            }
            default -> Optional.empty();
        };
    }

    private static boolean hasAny(Set<String> paths, String prefix) {
        return paths.stream().anyMatch(path -> path.startsWith(prefix));
    }

    private static Map<String, List<String>> transformer(Set<String> paths, List<Block> blocks, List<Rule> rest) {
        Map<String, List<String>> names = new LinkedHashMap<>();
        add(names, paths, rest, Function.identity(), Function.identity());
        for (Block block : blocks) {
            for (int n = 0; hasAny(paths, block.diffusers() + "." + n + "."); n++) {
                String original = block.original() + "." + n + ".";
                String diffusers = block.diffusers() + "." + n + ".";
                add(names, paths, block.rules(), original::concat, diffusers::concat);
            }
        }
        return names;
    }

    private static void add(
            Map<String, List<String>> names,
            Set<String> paths,
            List<Rule> rules,
            Function<String, String> original,
            Function<String, String> diffusers) {
        for (Rule rule : rules) {
            List<String> layers = rule.layers().stream().map(diffusers).toList();
            if (paths.containsAll(layers)) {
                names.put(original.apply(rule.original()), layers);
            }
        }
    }
}
