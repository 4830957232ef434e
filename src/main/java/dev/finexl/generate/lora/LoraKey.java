package dev.finexl.generate.lora;

import java.util.List;

/** What the name of a tensor in a LoRA file says, in any of the forms that trainers write. */
sealed interface LoraKey {

    /** What keys begin with that name the denoiser's modules by their dotted path in its original code. */
    String DENOISER = "diffusion_model.";

    /** What the tensor is in its module's low-rank update. */
    enum Role {
        /** The factor that reduces a layer's input to the rank: [rank, in] or [rank, in, kernel...]. */
        DOWN,
        /** The factor that brings the rank up to the layer's output: [out, rank] or [out, rank, 1...]. */
        UP,
        /** A number; the update is scaled by it over the rank. */
        ALPHA
    }

    /** A tensor of a low-rank update. */
    record OfModule(LoraPart part, ModulePath path, Role role) implements LoraKey {}

    /** A tensor of a kind of adapter that is not supported. */
    record Unsupported(String kind) implements LoraKey {}

    /** A name in none of the known forms. */
    record Unknown() implements LoraKey {}

    /** Takes a tensor's name apart. */
    static LoraKey parse(String key) {
        for (Marker marker : Marker.ALL) {
            // The dot stands for the end of the name, so that a marker can ask for a whole word.
            if ((key + ".").contains(marker.text())) {
                return new Unsupported(marker.kind());
            }
        }
        for (Suffix suffix : Suffix.ALL) {
            if (key.endsWith(suffix.text())) {
                String module = key.substring(0, key.length() - suffix.text().length()) + suffix.module();
                return ofModule(module, suffix.role());
            }
        }
        return new Unknown();
    }

    private static LoraKey ofModule(String module, Role role) {
        if (module.startsWith(DENOISER)) {
            return new OfModule(LoraPart.UNET, new ModulePath.Dotted(module.substring(DENOISER.length())), role);
        }
        for (LoraPart part : LoraPart.values()) {
            if (module.startsWith(part.dottedPrefix())) {
                String path = module.substring(part.dottedPrefix().length());
                return new OfModule(part, new ModulePath.Dotted(path), role);
            }
            for (String prefix : part.kohyaPrefixes()) {
                if (module.startsWith(prefix) && module.indexOf('.') < 0) {
                    return new OfModule(part, new ModulePath.Flattened(module.substring(prefix.length())), role);
                }
            }
        }
        return new Unknown();
    }

    /** A piece of a name that only adapters of another kind have. */
    record Marker(String text, String kind) {

        private static final String GLORA = "GLoRA, which changes weights by a product with themselves";

        /** Those of PEFT, LyCORIS and kohya's scripts; where one begins as another does, the longer comes first. */
        private static final List<Marker> ALL = List.of(
                new Marker(".dora_scale.", "DoRA, a magnitude besides the low-rank update"),
                new Marker(".lora_magnitude_vector.", "DoRA, a magnitude besides the low-rank update"),
                new Marker(".delora_", "DeLoRA, a magnitude besides the low-rank update"),
                new Marker(".hada_", "LoHa, a product of two low-rank updates"),
                new Marker(".lokr_", "LoKr, a Kronecker product"),
                new Marker(".lora_mid.", "a convolution with a middle (Tucker) factor"),
                new Marker(".boft_", "BOFT, a product of orthogonal transformations"),
                new Marker(".oft_", "OFT, an orthogonal transformation"),
                new Marker(".hra_", "HRA, a chain of reflections"),
                new Marker(".ia3_", "IA3, factors of activations"),
                new Marker(".on_input.", "IA3, factors of activations"),
                new Marker(".a1.weight.", GLORA),
                new Marker(".a2.weight.", GLORA),
                new Marker(".b1.weight.", GLORA),
                new Marker(".b2.weight.", GLORA),
                new Marker("vera_lambda_", "VeRA, scales of random factors that the file lacks"),
                new Marker("vera_A.", "VeRA, scales of random factors that the file lacks"),
                new Marker("vera_B.", "VeRA, scales of random factors that the file lacks"),
                new Marker("randlora_", "RandLoRA, scales of random factors that the file lacks"),
                new Marker("vblora_", "VB-LoRA, factors from a bank of vectors"),
                new Marker(".fourierft_", "FourierFT, a change given by its spectrum"),
                new Marker(".waveft_", "WaveFT, a change given by its wavelets"),
                new Marker(".c3a_", "C3A, a circular convolution"),
                new Marker(".shira_", "SHiRA, a sparse change of high rank"),
                new Marker(".bone_", "Bone, a change in blocks"),
                new Marker(".miss_", "MiSS, a change in shared shards"),
                new Marker(".road_", "RoAd, a rotation of activations"),
                new Marker(".lora_E.", "AdaLoRA, singular values between the factors"),
                new Marker("trainable_tokens_", "trained tokens, a change of the vocabulary"),
                new Marker("lllite_", "ControlNet-LLLite, which is steered by a picture"),
                new Marker("lora_controlnet.", "ControlLoRA, which is steered by a picture"),
                new Marker(".diff.", "a full difference of weights, which has no low rank"),
                new Marker(".diff_b.", "a full difference of a bias"),
                new Marker(".w_norm.", "a change of a normalisation's weights"),
                new Marker(".b_norm.", "a change of a normalisation's bias"),
                new Marker(".bias.", "a change of a bias"));
    }

    /**
     * The end of a name.
     *
     * @param module what of the module's path is hidden in it
     */
    record Suffix(String text, Role role, String module) {

        /** Longer ones before those that they end with. */
        private static final List<Suffix> ALL = List.of(
                new Suffix(".processor.to_q_lora.down.weight", Role.DOWN, ".to_q"),
                new Suffix(".processor.to_q_lora.up.weight", Role.UP, ".to_q"),
                new Suffix(".processor.to_k_lora.down.weight", Role.DOWN, ".to_k"),
                new Suffix(".processor.to_k_lora.up.weight", Role.UP, ".to_k"),
                new Suffix(".processor.to_v_lora.down.weight", Role.DOWN, ".to_v"),
                new Suffix(".processor.to_v_lora.up.weight", Role.UP, ".to_v"),
                new Suffix(".processor.to_out_lora.down.weight", Role.DOWN, ".to_out.0"),
                new Suffix(".processor.to_out_lora.up.weight", Role.UP, ".to_out.0"),
                new Suffix(".lora_A.weight", Role.DOWN, ""),
                new Suffix(".lora_B.weight", Role.UP, ""),
                new Suffix(".lora_down.weight", Role.DOWN, ""),
                new Suffix(".lora_up.weight", Role.UP, ""),
                new Suffix(".lora.down.weight", Role.DOWN, ""),
                new Suffix(".lora.up.weight", Role.UP, ""),
                new Suffix(".lora_linear_layer.down.weight", Role.DOWN, ""),
                new Suffix(".lora_linear_layer.up.weight", Role.UP, ""),
                new Suffix(".alpha", Role.ALPHA, ""));
    }
}
