package dev.finexl.generate.lora;

import java.util.Locale;

/** The part of a diffusion model that a module of a LoRA belongs to. */
public enum LoraPart {
    UNET("lora_unet_", ""),
    TEXT_ENCODER("lora_te_", "text_model");

    private final String folder = name().toLowerCase(Locale.ROOT);
    private final String kohyaPrefix;
    private final String optionalRoot;

    LoraPart(String kohyaPrefix, String optionalRoot) {
        this.kohyaPrefix = kohyaPrefix;
        this.optionalRoot = optionalRoot;
    }

    /** The part's folder in a model directory: {@code unet}, {@code text_encoder}. */
    public String folder() {
        return folder;
    }

    /** What keys begin with that name modules by their dotted path: {@code unet.}. */
    String dottedPrefix() {
        return folder + ".";
    }

    /** What kohya's keys begin with, which name modules with underscores: {@code lora_unet_}. */
    String kohyaPrefix() {
        return kohyaPrefix;
    }

    /**
     * The outermost module that some versions of the same network have and others lack; empty if there is none. The text
     * encoder of transformers 5 has no {@code text_model} any more, while all LoRA keys of before say it.
     */
    String optionalRoot() {
        return optionalRoot;
    }
}
