package dev.finexl.generate.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulersTest {

    private static final String FILE = "scheduler/scheduler_config.json";

    @Test
    void readsTheFileOfAModelWithPythonsInfinity() {
        Scheduler scheduler = Schedulers.read(new MemoryFiles().with(FILE, """
                {"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity, "use_karras_sigmas": true}
                """), FILE);

        assertThat(scheduler.config())
                .containsEntry("_class_name", "DPMSolverMultistepScheduler")
                .containsEntry("use_karras_sigmas", true)
                .containsEntry("beta_end", 0.02);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1, 2]                               | is not a JSON object",
                "{\"_class_name\":                    | is not JSON",
                "{\"_class_name\": \"A\"} {}          | is not JSON",
                "{\"shift\": 1, \"shift\": 2}         | Duplicate field 'shift'",
            })
    void aFileThatIsNoConfigurationIsRefusedByName(String content, String reason) {
        assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> Schedulers.read(new MemoryFiles().with(FILE, content), FILE))
                .withMessageContaining("memory:test")
                .withMessageContaining(FILE)
                .withMessageContaining(reason);
    }

    @Test
    void aMissingOrHugeFileIsRefused() {
        assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> Schedulers.read(new MemoryFiles().with("other.json", "{}"), FILE))
                .withMessageContaining("does not exist");
        assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> Schedulers.read(new MemoryFiles().with(FILE, " ".repeat(5 << 20)), FILE))
                .withMessageContaining("larger than");
    }

    @Test
    void anUnknownClassIsRefusedWithTheKnownOnes() {
        assertThatExceptionOfType(SchedulerException.class)
                .isThrownBy(() -> Schedulers.of(Goldens.json("{'_class_name': 'TCDScheduler'}"), "a file"))
                .withMessageContaining("a file")
                .withMessageContaining("TCDScheduler")
                .withMessageContaining("PNDMScheduler, UniPCMultistepScheduler");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'_class_name': 7}", "{'_class_name': null}", "[]", "'DDIMScheduler'", "null"})
    void aConfigurationWithoutAClassIsRefused(String json) {
        assertThatExceptionOfType(SchedulerException.class)
                .isThrownBy(() -> Schedulers.of(Goldens.json(json), "a file"))
                .withMessageStartingWith("a file: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                // values out of range
                "DDIM              | num_train_timesteps      | 1000000000",
                "DDIM              | num_train_timesteps      | 1",
                "DDIM              | num_train_timesteps      | -1000",
                "DDIM              | beta_start               | NaN",
                "DDIM              | beta_end                 | 1",
                "DDIM              | beta_end                 | Infinity",
                "DDIM              | beta_start               | 0",
                "DDIM              | steps_offset             | -1",
                "DDIM              | steps_offset             | 1000",
                "DDIM              | clip_sample_range        | 0",
                "Euler             | sigma_max                | NaN",
                "FlowMatchEuler    | shift                    | 0",
                "FlowMatchEuler    | shift_terminal           | 1",
                "FlowMatchEuler    | max_image_seq_len        | 100",
                "LCM               | original_inference_steps | 0",
                "LCM               | original_inference_steps | 1001",
                "LCM               | timestep_scaling         | -1",
                "UniPCMultistep    | disable_corrector        | [-1]",
                // wrong types
                "DDIM              | num_train_timesteps      | 1000.5",
                "DDIM              | num_train_timesteps      | '1000'",
                "DDIM              | num_train_timesteps      | null",
                "DDIM              | beta_start               | '0.1'",
                "DDIM              | beta_schedule            | 3",
                "DDIM              | clip_sample              | 1",
                "DDIM              | clip_sample              | 'true'",
                "DDIM              | trained_betas            | 0.1",
                "DDIM              | trained_betas            | [0.1, 0.2]",
                "DDIM              | prediction_type          | null",
                "UniPCMultistep    | disable_corrector        | 2",
                "UniPCMultistep    | disable_corrector        | ['a']",
                "DPMSolverMultistep| lambda_min_clipped       | '-inf'",
                "DPMSolverMultistep| lambda_min_clipped       | 50",
                // names that do not exist
                "DDIM              | beta_schedule            | 'sigmoid'",
                "DDIM              | beta_schedule            | 'LINEAR'",
                "DDIM              | timestep_spacing         | 'even'",
                "DDIM              | prediction_type          | 'flow_prediction'",
                "Euler             | final_sigmas_type        | 'one'",
                // what diffusers would obey, and is not supported
                "DDIM              | thresholding             | true",
                "DDPM              | variance_type            | 'learned_range'",
                "DPMSolverMultistep| algorithm_type           | 'dpmsolver'",
                "DPMSolverMultistep| solver_order             | 3",
                "DPMSolverMultistep| use_lu_lambdas           | true",
                "DPMSolverMultistep| use_flow_sigmas          | true",
                "DPMSolverMultistep| variance_type            | 'learned'",
                "DPMSolverMultistep| thresholding             | true",
                "Euler             | interpolation_type       | 'log_linear'",
                "Euler             | timestep_type            | 'continuous'",
                "EulerAncestral    | prediction_type          | 'sample'",
                "FlowMatchEuler    | invert_sigmas            | true",
                "FlowMatchEuler    | stochastic_sampling      | true",
                "FlowMatchEuler    | time_shift_type          | 'cubic'",
                "FlowMatchEuler    | sample_sigmas            | [1, 0.5]",
                "PNDM              | skip_prk_steps           | false",
                "PNDM              | prediction_type          | 'sample'",
                "UniPCMultistep    | predict_x0               | false",
                "UniPCMultistep    | solver_order             | 4",
                "UniPCMultistep    | solver_p                 | {}",
                "UniPCMultistep    | lower_order_final        | false",
                "UniPCMultistep    | use_dynamic_shifting     | true",
                // what nothing is known of
                "DDIM              | use_magic_sigmas         | true",
                "DDIM              | magic                    | 0",
            })
    void anOptionThatIsWrongOrNotSupportedIsRefusedByNameAndValue(String kind, String option, String value) {
        ObjectNode config = config(kind);
        config.set(option, Goldens.json(value));

        assertThatExceptionOfType(SchedulerException.class)
                .isThrownBy(() -> Schedulers.of(config, "a file"))
                .withMessageStartingWith("a file: ")
                .withMessageContaining("'" + option + "'")
                .withMessageContaining(Goldens.json(value).toString())
                .withMessageContaining("expected");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "DDIM               | use_magic_sigmas | false",
                "DDIM               | magic            | null",
                "DDIM               | _magic           | 1",
                "DDIM               | solver_order     | 3",
                "EulerAncestral     | use_karras_sigmas| true",
                "DPMSolverMultistep | variance_type    | 'fixed_small'",
                "DPMSolverMultistep | solver_type      | 'bh2'",
                "DPMSolverMultistep | algorithm_type   | 'deis'",
                "UniPCMultistep     | solver_type      | 'midpoint'",
                "Euler              | use_karras_sigmas| null",
                "LCM                | timestep_spacing | 'even'",
            })
    void whatDiffusersPassesOverIsPassedOver(String kind, String option, String value) {
        ObjectNode config = config(kind);
        Scheduler without = Schedulers.of(config.deepCopy(), "a file");
        config.set(option, Goldens.json(value));

        assertThat(Schedulers.of(config, "a file").config()).isEqualTo(without.config());
    }

    @Test
    void aLongValueIsShortenedInTheMessage() {
        ObjectNode config = config("DDIM").put("beta_schedule", "x".repeat(100_000));
        assertThatExceptionOfType(SchedulerException.class)
                .isThrownBy(() -> Schedulers.of(config, "a file"))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
    }

    @Test
    void configurationsAsPublishedAreRead() {
        // Stable Diffusion 1.5, 2.1 and XL, with what earlier schedulers left in them.
        assertThat(Schedulers.of(Goldens.json("""
                        {'_class_name': 'PNDMScheduler', '_diffusers_version': '0.6.0', 'beta_end': 0.012,
                         'beta_schedule': 'scaled_linear', 'beta_start': 0.00085, 'num_train_timesteps': 1000,
                         'set_alpha_to_one': false, 'skip_prk_steps': true, 'steps_offset': 1, 'trained_betas': null,
                         'clip_sample': false}"""), "1.5").start(50).evaluations())
                .isEqualTo(51);
        assertThat(Schedulers.of(Goldens.json("""
                        {'_class_name': 'DDIMScheduler', '_diffusers_version': '0.8.0', 'beta_end': 0.012,
                         'beta_schedule': 'scaled_linear', 'beta_start': 0.00085, 'clip_sample': false,
                         'num_train_timesteps': 1000, 'prediction_type': 'v_prediction', 'set_alpha_to_one': false,
                         'skip_prk_steps': true, 'steps_offset': 1, 'trained_betas': null}"""), "2.1").start(50).evaluations())
                .isEqualTo(50);
        assertThat(Schedulers.of(Goldens.json("""
                        {'_class_name': 'EulerDiscreteScheduler', '_diffusers_version': '0.19.0.dev0', 'beta_end': 0.012,
                         'beta_schedule': 'scaled_linear', 'beta_start': 0.00085, 'clip_sample': false,
                         'interpolation_type': 'linear', 'num_train_timesteps': 1000, 'prediction_type': 'epsilon',
                         'sample_max_value': 1.0, 'set_alpha_to_one': false, 'skip_prk_steps': true, 'steps_offset': 1,
                         'timestep_spacing': 'leading', 'trained_betas': null, 'use_karras_sigmas': false}"""), "xl").start(30).evaluations())
                .isEqualTo(30);
    }

    @Test
    void noOptionOfAWholeConfigurationIsForgotten() {
        Set<String> withoutEffect = Set.of(
                "thresholding",
                "dynamic_thresholding_ratio",
                "sample_max_value",
                "clip_sample_range",
                "interpolation_type",
                "timestep_type",
                "use_exponential_sigmas",
                "use_beta_sigmas",
                "use_lu_lambdas",
                "use_flow_sigmas",
                "flow_shift",
                "use_dynamic_shifting",
                "time_shift_type",
                "variance_type",
                "solver_p",
                "shift_terminal",
                "invert_sigmas",
                "stochastic_sampling",
                "trained_betas",
                "sigma_min",
                "sigma_max");
        for (SchedulerGoldenTest.Trajectory trajectory : SchedulerGoldenTest.trajectories()) {
            JsonNode golden = trajectory.node();
            ObjectNode config = golden.get("config").deepCopy();
            config.set("_class_name", golden.get("cls"));
            Set<String> inForce = Schedulers.of(config, "golden").config().keySet();
            List<String> forgotten = new ArrayList<>();
            config.fieldNames().forEachRemaining(option -> {
                boolean left = trajectory.name().startsWith("lcm")
                        && Set.of("set_alpha_to_one", "steps_offset", "timestep_spacing")
                                .contains(option);
                boolean karras = trajectory.name().startsWith("flow") && option.equals("use_karras_sigmas");
                if (!inForce.contains(option) && !withoutEffect.contains(option) && !left && !karras) {
                    forgotten.add(option);
                }
            });
            assertThat(forgotten).as(trajectory.name()).isEmpty();
        }
    }

    @Test
    void theConfigurationInForceIsCompleteAndSorted() {
        assertThat(Schedulers.of(Goldens.json("{'_class_name': 'LCMScheduler', 'beta_end': 0.02}"), "a file")
                        .config())
                .hasToString(
                        "{_class_name=LCMScheduler, beta_end=0.02, beta_schedule=scaled_linear, beta_start=8.5E-4, "
                                + "clip_sample=false, num_train_timesteps=1000, original_inference_steps=50, "
                                + "prediction_type=epsilon, rescale_betas_zero_snr=false, timestep_scaling=10.0}");
    }

    @Test
    void trainedBetasReplaceTheSchedule() {
        ObjectNode config = (ObjectNode) Goldens.json(
                "{'_class_name': 'DDIMScheduler', 'num_train_timesteps': 4, 'trained_betas': [0.1, 0.2, 0.3, 0.4]}");
        Scheduler scheduler = Schedulers.of(config, "a file");

        assertThat(scheduler.start(4).sigma(0)).isEqualTo(Math.sqrt(1 / (0.9 * 0.8 * 0.7 * 0.6) - 1), within(1e-6));
        assertThat(scheduler.config().get("trained_betas").toString()).startsWith("4 values, checksum ");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, 1001, Integer.MAX_VALUE})
    void anImpossibleNumberOfStepsIsRefused(int steps) {
        for (String name : Schedulers.names()) {
            Scheduler scheduler =
                    Schedulers.named(name, config(name.startsWith("flow") ? "FlowMatchEuler" : "DDIM"), "a file");
            assertThatExceptionOfType(SchedulerException.class)
                    .as(name)
                    .isThrownBy(() -> scheduler.start(steps))
                    .withMessageContaining("steps is " + steps);
        }
    }

    @Test
    void stepsThatTheScheduleHasNoTimestepsForAreRefused() {
        assertThatExceptionOfType(SchedulerException.class)
                .isThrownBy(
                        () -> Schedulers.named("lcm", config("DDIM"), "a file").start(51))
                .withMessageContaining("original_inference_steps");
        assertThatExceptionOfType(SchedulerException.class)
                .isThrownBy(() -> Schedulers.of(config("DDIM").put("steps_offset", 1), "a file")
                        .start(1000))
                .withMessageContaining("steps_offset");
        assertThatExceptionOfType(SchedulerException.class)
                .isThrownBy(
                        () -> Schedulers.of(config("DPMSolverMultistep").put("timestep_spacing", "leading"), "a file")
                                .start(1000))
                .withMessageContaining("too many steps");
    }

    @Test
    void predictedNoiseIsRefusedWhereThereIsNothingElse() {
        ObjectNode config = config("DDIM").put("rescale_betas_zero_snr", true).put("timestep_spacing", "trailing");

        assertThatExceptionOfType(SchedulerException.class)
                .isThrownBy(() -> Schedulers.of(config, "a file").start(10))
                .withMessageContaining("not finite");
        assertThat(Schedulers.of(config.put("prediction_type", "v_prediction"), "a file")
                        .start(10)
                        .sigma(0))
                .isInfinite();
    }

    private static ObjectNode config(String kind) {
        String name = switch (kind) {
            case "Euler", "EulerAncestral", "FlowMatchEuler", "Heun", "LMS" -> kind + "DiscreteScheduler";
            default -> kind + "Scheduler";
        };
        ObjectNode config = (ObjectNode) Goldens.json("{'_class_name': '" + name + "'}");
        return kind.equals("PNDM") ? config.put("skip_prk_steps", true) : config;
    }
}
