package dev.finexl.generate.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.store.MemoryFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Another scheduler for the same model. */
class SchedulerNamesTest {

    private static final JsonNode STABLE_DIFFUSION = Goldens.json("""
            {'_class_name': 'PNDMScheduler', 'beta_end': 0.012, 'beta_schedule': 'scaled_linear', 'beta_start': 0.00085,
             'clip_sample': false, 'num_train_timesteps': 1000, 'set_alpha_to_one': false, 'skip_prk_steps': true,
             'steps_offset': 1, 'timestep_spacing': 'leading', 'trained_betas': null, 'prediction_type': 'v_prediction'}
            """);

    @Test
    void areTheseInThisOrder() {
        assertThat(Schedulers.names())
                .containsExactly(
                        "ddim",
                        "pndm",
                        "euler",
                        "euler-ancestral",
                        "dpmpp-2m",
                        "dpmpp-2m-karras",
                        "dpmpp-2m-sde",
                        "dpmpp-2m-sde-karras",
                        "unipc",
                        "lms",
                        "lcm",
                        "ddpm",
                        "heun",
                        "flow-match-euler");
    }

    @ParameterizedTest
    @CsvSource({
        "ddim, DDIMScheduler",
        "pndm, PNDMScheduler",
        "euler, EulerDiscreteScheduler",
        "euler-ancestral, EulerAncestralDiscreteScheduler",
        "dpmpp-2m, DPMSolverMultistepScheduler",
        "dpmpp-2m-karras, DPMSolverMultistepScheduler",
        "dpmpp-2m-sde, DPMSolverMultistepScheduler",
        "dpmpp-2m-sde-karras, DPMSolverMultistepScheduler",
        "unipc, UniPCMultistepScheduler",
        "lms, LMSDiscreteScheduler",
        "lcm, LCMScheduler",
        "ddpm, DDPMScheduler",
        "heun, HeunDiscreteScheduler",
    })
    void keepWhatTheModelWasTrainedWith(String name, String schedulerClass) {
        assertThat(Schedulers.named(name, STABLE_DIFFUSION, "a file").config())
                .containsEntry("_class_name", schedulerClass)
                .containsEntry("beta_end", 0.012)
                .containsEntry("beta_start", 0.00085)
                .containsEntry("beta_schedule", "scaled_linear")
                .containsEntry("prediction_type", "v_prediction");
    }

    @Test
    void keepWhatBothClassesKnowAndTakeTheOtherClassesDefaults() {
        assertThat(Schedulers.named("ddim", STABLE_DIFFUSION, "a file").config())
                .containsEntry("timestep_spacing", "leading")
                .containsEntry("steps_offset", 1)
                .containsEntry("set_alpha_to_one", false)
                .containsEntry("clip_sample", false)
                .containsEntry("rescale_betas_zero_snr", false)
                .doesNotContainKey("skip_prk_steps");

        ObjectNode withoutClip = STABLE_DIFFUSION.deepCopy();
        withoutClip.remove("clip_sample");
        assertThat(Schedulers.named("ddim", withoutClip, "a file").config()).containsEntry("clip_sample", true);
    }

    @Test
    void setWhatTheySpeakOfWhateverTheModelSays() {
        ObjectNode solver = (ObjectNode) Goldens.json("""
                {'_class_name': 'DPMSolverMultistepScheduler', 'use_karras_sigmas': true, 'solver_order': 1,
                 'algorithm_type': 'sde-dpmsolver++', 'solver_type': 'heun'}
                """);
        assertThat(Schedulers.named("dpmpp-2m", solver, "a file").config())
                .containsEntry("use_karras_sigmas", false)
                .containsEntry("solver_order", 2)
                .containsEntry("algorithm_type", "dpmsolver++")
                .containsEntry("solver_type", "heun");
        assertThat(Schedulers.named("dpmpp-2m-sde-karras", STABLE_DIFFUSION, "a file")
                        .config())
                .containsEntry("use_karras_sigmas", true)
                .containsEntry("algorithm_type", "sde-dpmsolver++");
        assertThat(Schedulers.named("pndm", Goldens.json("{'_class_name': 'DDIMScheduler'}"), "a file")
                        .config())
                .containsEntry("skip_prk_steps", true);
    }

    @Test
    void leaveTheModelsConfigurationAlone() {
        JsonNode before = STABLE_DIFFUSION.deepCopy();
        Schedulers.named("dpmpp-2m-karras", STABLE_DIFFUSION, "a file");
        assertThat(STABLE_DIFFUSION).isEqualTo(before);
    }

    @Test
    void alsoReplaceSchedulersThatAreNotSupportedThemselves() {
        JsonNode consistency = Goldens.json("{'_class_name': 'TCDScheduler', 'beta_end': 0.012}");
        assertThat(Schedulers.named("euler", consistency, "a file").config()).containsEntry("beta_end", 0.012);
    }

    @Test
    void readTheModelsFile() {
        MemoryFiles model = new MemoryFiles().with("s.json", STABLE_DIFFUSION.toString());
        assertThat(Schedulers.named("euler", model, "s.json").config())
                .isEqualTo(Schedulers.named("euler", STABLE_DIFFUSION, "a file").config());
    }

    @Test
    void thatDoNotExistAreRefusedWithThoseThatDo() {
        assertThatExceptionOfType(SchedulerException.class)
                .isThrownBy(() -> Schedulers.named("EULER", STABLE_DIFFUSION, "a file"))
                .withMessageContaining("'EULER'")
                .withMessageContaining("ddim, pndm, euler,");
    }

    @Test
    void doNotMixFlowMatchingWithNoiseSchedules() {
        JsonNode flow = Goldens.json("{'_class_name': 'FlowMatchEulerDiscreteScheduler', 'shift': 3.0}");
        assertThatExceptionOfType(SchedulerException.class)
                .isThrownBy(() -> Schedulers.named("ddim", flow, "a file"))
                .withMessageContaining("trained by flow matching");
        assertThatExceptionOfType(SchedulerException.class)
                .isThrownBy(() -> Schedulers.named("flow-match-euler", STABLE_DIFFUSION, "a file"))
                .withMessageContaining("not trained by flow matching");
        assertThat(Schedulers.named("flow-match-euler", flow, "a file").config())
                .containsEntry("shift", 3.0);
    }
}
