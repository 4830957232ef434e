package dev.finexl.generate.diffusion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.finexl.embed.ClipTokenizer;
import dev.finexl.embed.T5Tokenizer;
import dev.finexl.generate.Opened;
import dev.finexl.generate.lora.LoraPart;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.UsualShapes;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The opened parts of a model. Those of a personalised model are the base's, apart from the networks that a LoRA touches.
 *
 * @param networks the denoiser and the text encoders
 * @param clip the tokenizers of CLIP text encoders, with the tokens that were added to them
 * @param t5 those of T5
 */
record Parts(
        OnnxRuntime runtime,
        ModelFiles files,
        Map<LoraPart, OnnxSession> networks,
        Map<LoraPart, PromptTokens> clip,
        Map<LoraPart, T5Tokenizer> t5,
        OnnxSession vaeDecoder,
        VaeConfig vae) {

    static final String INDEX = "model_index.json";
    static final String SCHEDULER_CONFIG = "scheduler/scheduler_config.json";
    static final String VAE_DECODER = "vae_decoder/model.onnx";

    private static final int CLIP_CONTEXT = 77;
    static final List<String> TOKENIZER_FILES = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt");

    /** Opens the parts of a model; whoever holds {@code opened} closes them. */
    static Parts open(OnnxRuntime runtime, ModelFiles files, DiffusionKind kind, Opened opened) {
        Map<LoraPart, OnnxSession> networks = new EnumMap<>(LoraPart.class);
        Map<LoraPart, PromptTokens> clip = new EnumMap<>(LoraPart.class);
        Map<LoraPart, T5Tokenizer> t5 = new EnumMap<>(LoraPart.class);
        VaeConfig vae = VaeConfig.read(files);
        for (LoraPart part : kind.parts(files)) {
            if (kind.readsT5(part)) {
                t5.put(part, T5Tokenizer.open(files, tokenizerFolder(part)));
            } else if (part != kind.denoiser()) {
                ClipTokenizer tokenizer =
                        opened.add(ClipTokenizer.open(files, tokenizerFolder(part), context(files, part)));
                clip.put(part, new PromptTokens(tokenizer, List.of()));
            }
            UsualShapes usual = part == kind.denoiser() ? kind.usual(files) : UsualShapes.NONE;
            networks.put(part, opened.add(runtime.openPersonalizable(files, part.modelFile(), usual)));
        }
        OnnxSession decoder = opened.add(runtime.open(files, VAE_DECODER));
        return new Parts(runtime, files, networks, clip, t5, decoder, vae);
    }

    /**
     * The same parts with some weights replaced.
     *
     * @param merged by part and initializer
     * @param tokens that CLIP text encoders get besides, by part
     */
    Parts personalized(Map<LoraPart, Map<String, ByteBuffer>> merged, Map<LoraPart, NewTokens> tokens, Opened opened) {
        Map<LoraPart, OnnxSession> changed = new EnumMap<>(networks);
        Map<LoraPart, PromptTokens> words = new EnumMap<>(LoraPart.class);
        clip.forEach((part, known) ->
                words.put(part, tokens.containsKey(part) ? tokens.get(part).addedTo(known) : known));
        networks.forEach((part, network) -> {
            Map<String, ByteBuffer> weights = merged.getOrDefault(part, Map.of());
            Map<String, ByteBuffer> longer =
                    tokens.containsKey(part) ? tokens.get(part).table() : Map.of();
            if (!weights.isEmpty() || !longer.isEmpty()) {
                changed.put(part, opened.add(runtime.personalize(network, weights, longer)));
            }
        });
        return new Parts(runtime, files, changed, words, t5, vaeDecoder, vae);
    }

    /** {@code tokenizer_2} for {@code text_encoder_2}. */
    static String tokenizerFolder(LoraPart textEncoder) {
        return textEncoder.folder().replace("text_encoder", "tokenizer");
    }

    /** How many tokens of a prompt a CLIP text encoder has. */
    static int context(ModelFiles files, LoraPart textEncoder) {
        return ModelJson.read(files, textEncoder.configFile())
                .path("max_position_embeddings")
                .asInt(CLIP_CONTEXT);
    }

    PromptEncoder encoder(LoraPart textEncoder) {
        return new PromptEncoder(runtime, networks.get(textEncoder));
    }

    /** The ids of a CLIP text encoder. */
    Function<String, long[]> clipIds(LoraPart textEncoder) {
        return clip.get(textEncoder)::encode;
    }

    /** What the model's index says; nothing if it has none. */
    JsonNode index() {
        return files.has(INDEX) ? ModelJson.read(files, INDEX) : MissingNode.getInstance();
    }

    /** The configuration of a network. */
    JsonNode config(LoraPart part) {
        return ModelJson.read(files, part.configFile());
    }

    /** The files that a picture depends on. */
    List<String> fileNames() {
        Stream<OnnxSession> sessions = Stream.concat(networks.values().stream(), Stream.of(vaeDecoder));
        List<String> configuration = new ArrayList<>(List.of(INDEX, SCHEDULER_CONFIG, VaeConfig.FILE));
        for (LoraPart part : networks.keySet()) {
            configuration.add(part.configFile());
            String tokenizer = tokenizerFolder(part);
            TOKENIZER_FILES.forEach(file -> configuration.add(tokenizer + "/" + file));
        }
        return Stream.concat(
                        sessions.flatMap(part -> part.graph().fileNames().stream()),
                        configuration.stream().filter(files::has))
                .toList();
    }
}
