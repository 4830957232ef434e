package dev.finexl.generate.lora;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.generate.lora.LoraKey.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoraKeyTest {

    @ParameterizedTest
    @CsvSource({
        "unet.mid_block.attentions.0.proj_in.lora_A.weight, UNET, mid_block.attentions.0.proj_in, DOWN",
        "unet.mid_block.attentions.0.proj_in.lora_B.weight, UNET, mid_block.attentions.0.proj_in, UP",
        "unet.mid_block.attn1.to_out.0.lora.down.weight, UNET, mid_block.attn1.to_out.0, DOWN",
        "unet.mid_block.attn1.to_out.0.lora.up.weight, UNET, mid_block.attn1.to_out.0, UP",
        "unet.mid_block.attn1.processor.to_q_lora.down.weight, UNET, mid_block.attn1.to_q, DOWN",
        "unet.mid_block.attn1.processor.to_v_lora.up.weight, UNET, mid_block.attn1.to_v, UP",
        "unet.mid_block.attn1.processor.to_out_lora.up.weight, UNET, mid_block.attn1.to_out.0, UP",
        "unet.mid_block.attn1.to_q.alpha, UNET, mid_block.attn1.to_q, ALPHA",
        "text_encoder.text_model.q_proj.lora_linear_layer.down.weight, TEXT_ENCODER, text_model.q_proj, DOWN",
        "text_encoder.text_model.q_proj.lora_linear_layer.up.weight, TEXT_ENCODER, text_model.q_proj, UP",
        "text_encoder_2.text_model.q_proj.lora_A.weight, TEXT_ENCODER_2, text_model.q_proj, DOWN",
        "text_encoder_3.encoder.block.0.layer.0.SelfAttention.q.lora_A.weight, TEXT_ENCODER_3, encoder.block.0.layer.0.SelfAttention.q, DOWN",
        "transformer.x_embedder.lora_A.weight, TRANSFORMER, x_embedder, DOWN",
        "diffusion_model.double_blocks.0.img_attn.qkv.lora_B.weight, UNET, double_blocks.0.img_attn.qkv, UP",
    })
    void readsDottedForms(String key, LoraPart part, String path, Role role) {
        assertThat(LoraKey.parse(key)).isEqualTo(new LoraKey.OfModule(part, new ModulePath.Dotted(path), role));
    }

    @ParameterizedTest
    @CsvSource({
        "lora_unet_mid_block_attn1_to_out_0.lora_down.weight, UNET, mid_block_attn1_to_out_0, DOWN",
        "lora_unet_mid_block_attn1_to_out_0.lora_up.weight, UNET, mid_block_attn1_to_out_0, UP",
        "lora_te_text_model_q_proj.alpha, TEXT_ENCODER, text_model_q_proj, ALPHA",
        "lora_te1_text_model_q_proj.alpha, TEXT_ENCODER, text_model_q_proj, ALPHA",
        "lora_te2_text_model_q_proj.lora_down.weight, TEXT_ENCODER_2, text_model_q_proj, DOWN",
        "lora_te3_encoder_block_0_layer_0_SelfAttention_q.lora_up.weight, TEXT_ENCODER_3, encoder_block_0_layer_0_SelfAttention_q, UP",
        "lora_transformer_x_embedder.lora_down.weight, TRANSFORMER, x_embedder, DOWN",
    })
    void readsFlattenedForms(String key, LoraPart part, String path, Role role) {
        assertThat(LoraKey.parse(key)).isEqualTo(new LoraKey.OfModule(part, new ModulePath.Flattened(path), role));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "unet",
                "unet.conv_in.weight",
                "conv_in.lora_A.weight",
                "lora_te4_text_model_q_proj.lora_down.weight",
                "lora_unet_mid.block.lora_down.weight",
                "prior.x.lora_A.weight",
                "unet.x.lora_C.weight",
            })
    void knowsNoOther(String key) {
        assertThat(LoraKey.parse(key)).isEqualTo(new LoraKey.Unknown());
    }

    @ParameterizedTest
    @CsvSource({
        "lora_unet_x.dora_scale, DoRA",
        "unet.x.lora_magnitude_vector, DoRA",
        "unet.x.lora_magnitude_vector.weight, DoRA",
        "lora_unet_x.hada_w1_a, LoHa",
        "lora_unet_x.lokr_w2, LoKr",
        "lora_unet_x.lora_mid.weight, Tucker",
        "lora_unet_x.oft_blocks, OFT",
        "base_model.model.unet.x.oft_R.weight, OFT",
        "unet.x.boft_R, BOFT",
        "unet.x.boft_s, BOFT",
        "unet.x.delora_lambda, DeLoRA",
        "unet.x.hra_u, HRA",
        "base_model.model.unet.x.ia3_l, IA3",
        "lora_unet_x.on_input, IA3",
        "lora_unet_x.a1.weight, GLoRA",
        "lora_unet_x.b2.weight, GLoRA",
        "base_model.model.unet.x.vera_lambda_b, VeRA",
        "base_model.vera_A.weight, VeRA",
        "base_model.vera_B, VeRA",
        "unet.x.randlora_lambda, RandLoRA",
        "unet.x.vblora_logits_A, VB-LoRA",
        "base_model.vblora_vector_bank, VB-LoRA",
        "unet.x.fourierft_spectrum, FourierFT",
        "unet.x.waveft_spectrum, WaveFT",
        "unet.x.c3a_kernel, C3A",
        "unet.x.shira_weight, SHiRA",
        "unet.x.bone_block, Bone",
        "unet.x.miss_block, MiSS",
        "unet.x.road_theta, RoAd",
        "unet.x.lora_E, AdaLoRA",
        "text_encoder.token_embedding.trainable_tokens_delta, trained tokens",
        "lllite_unet_x.down.0.weight, ControlNet-LLLite",
        "lora_controlnet, ControlLoRA",
        "lora_unet_norm.w_norm, normalisation",
        "lora_unet_norm.b_norm, normalisation",
        "lora_unet_x.diff, full difference of weights",
        "lora_unet_x.diff_b, full difference of a bias",
        "unet.x.lora_B.bias, bias",
    })
    void namesOtherKindsOfAdapters(String key, String kind) {
        assertThat(LoraKey.parse(key))
                .isInstanceOfSatisfying(
                        LoraKey.Unsupported.class,
                        unsupported -> assertThat(unsupported.kind()).contains(kind));
    }

    @Test
    void doesNotTakeADiffusionModelForADifference() {
        assertThat(LoraKey.parse("unet.diffusion_model.lora_A.weight")).isInstanceOf(LoraKey.OfModule.class);
    }
}
