package dev.finexl.generate.lora;

import java.util.List;
import java.util.Locale;

/** The network of a diffusion model that a module of a LoRA belongs to. */
public enum LoraPart {
    UNET(List.of("lora_unet_"), ""),
    TRANSFORMER(List.of("lora_transformer_"), ""),
    TEXT_ENCODER(List.of("lora_te_", "lora_te1_"), "text_model"),
    TEXT_ENCODER_2(List.of("lora_te2_"), "text_model"),
    TEXT_ENCODER_3(List.of("lora_te3_"), "");

    private final String folder = name().toLowerCase(Locale.ROOT);
    private final List<String> kohyaPrefixes;
    private final String optionalRoot;

    LoraPart(List<String> kohyaPrefixes, String optionalRoot) {
        this.kohyaPrefixes = kohyaPrefixes;
        this.optionalRoot = optionalRoot;
    }

    /** The part's folder in a model directory: {@code unet}, {@code text_encoder}. */
    public String folder() {
        return folder;
    }

    /** The part's ONNX file. */
    public String modelFile() {
        return folder + "/model.onnx";
    }

    /** The part's configuration. */
    public String configFile() {
        return folder + "/config.json";
    }

    /** What keys begin with that name modules by their dotted path: {@code unet.}. */
    String dottedPrefix() {
        return folder + ".";
    }

    /** What kohya's keys begin with, which name modules with underscores: {@code lora_unet_}. */
    List<String> kohyaPrefixes() {
        return kohyaPrefixes;
    }

    /**
     * The outermost module that some versions of the same network have and others lack; empty if there is none. The text
     * encoder of transformers 5 has no {@code text_model} any more, while all LoRA keys of before say it.
     */
    String optionalRoot() {
        return optionalRoot;
    }
}
