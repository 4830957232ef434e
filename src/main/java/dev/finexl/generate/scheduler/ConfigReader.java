package dev.finexl.generate.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map.Entry;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads the options of one scheduler class and sees to it that none is passed over in silence: an option that diffusers
 * would obey and we would not gives other pictures, and nobody could tell why.
 *
 * <p>So a scheduler says of each option of its diffusers class that it takes it, that it supports one value of it only, or
 * that it does not matter. What is left over at the end is judged as follows:
 *
 * <ul>
 *   <li>names that start with {@code _} are diffusers' metadata: ignored;
 *   <li>names that belong to other scheduler classes are ignored, as in diffusers: published configurations are full of
 *       them, because a scheduler made from another one's configuration keeps what it does not know;
 *   <li>any other name may be an option of a later diffusers that changes the result: refused, unless its value is null or
 *       false, which says that it is not in use.
 * </ul>
 *
 * <p>Null counts as false for a flag and as "not given" for an optional number; anywhere else it is a wrong type.
 */
final class ConfigReader {

    /** Every option of the scheduler classes of diffusers 0.40 that take a noise schedule or flow matching. */
    private static final Set<String> DIFFUSERS_OPTIONS = Set.of(
            "algorithm_type",
            "base_image_seq_len",
            "base_shift",
            "beta_end",
            "beta_schedule",
            "beta_start",
            "clip_sample",
            "clip_sample_range",
            "disable_corrector",
            "dynamic_thresholding_ratio",
            "euler_at_final",
            "final_sigmas_type",
            "flow_shift",
            "interpolation_type",
            "invert_sigmas",
            "lambda_min_clipped",
            "lower_order_final",
            "max_image_seq_len",
            "max_shift",
            "noise_sampler_seed",
            "num_train_timesteps",
            "original_inference_steps",
            "predict_x0",
            "prediction_type",
            "rescale_betas_zero_snr",
            "rho",
            "sample_max_value",
            "sample_sigmas",
            "set_alpha_to_one",
            "shift",
            "shift_terminal",
            "sigma_data",
            "sigma_max",
            "sigma_min",
            "sigma_schedule",
            "skip_prk_steps",
            "snr_shift_scale",
            "solver_order",
            "solver_p",
            "solver_type",
            "steps_offset",
            "stochastic_sampling",
            "thresholding",
            "time_shift_type",
            "timestep_scaling",
            "timestep_spacing",
            "timestep_type",
            "trained_betas",
            "use_beta_sigmas",
            "use_dynamic_shifting",
            "use_exponential_sigmas",
            "use_flow_sigmas",
            "use_karras_sigmas",
            "use_lu_lambdas",
            "variance_type");

    private static final int SHOWN = 60;

    private final String schedulerClass;
    private final JsonNode config;
    private final String source;
    private final Set<String> asked = new HashSet<>();
    private final SortedMap<String, Object> inForce = new TreeMap<>();

    /**
     * @param schedulerClass the diffusers class whose options are read
     * @param config a JSON object
     * @param source where it came from, for messages, e.g. {@code classpath:mini/scheduler/scheduler_config.json}
     */
    ConfigReader(String schedulerClass, JsonNode config, String source) {
        this.schedulerClass = schedulerClass;
        this.config = config;
        this.source = source;
    }

    int integer(String option, int absent, int least, int most) {
        JsonNode value = find(option);
        int taken = absent;
        if (value != null) {
            if (!value.isIntegralNumber() || !value.canConvertToInt()) {
                throw refused(option, "a whole number from %d to %d".formatted(least, most));
            }
            taken = value.intValue();
        }
        if (taken < least || taken > most) {
            throw refused(option, "a whole number from %d to %d".formatted(least, most));
        }
        inForce.put(option, taken);
        return taken;
    }

    double number(String option, double absent, double least, double most) {
        JsonNode value = find(option);
        double taken = value == null ? absent : numberInside(option, value, least, most);
        inForce.put(option, taken);
        return taken;
    }

    OptionalDouble optionalNumber(String option, double least, double most) {
        JsonNode value = find(option);
        if (value == null || value.isNull()) {
            return OptionalDouble.empty();
        }
        double taken = numberInside(option, value, least, most);
        inForce.put(option, taken);
        return OptionalDouble.of(taken);
    }

    boolean flag(String option, boolean absent) {
        JsonNode value = find(option);
        if (value != null && !value.isBoolean() && !value.isNull()) {
            throw refused(option, "true or false");
        }
        boolean taken = value == null ? absent : value.booleanValue();
        inForce.put(option, taken);
        return taken;
    }

    /** A flag that is off where it is absent, and part of the configuration in force only where it is on. */
    boolean isOn(String option) {
        boolean on = flag(option, false);
        if (!on) {
            inForce.remove(option);
        }
        return on;
    }

    /** One of an enum's constants, written in lower case. */
    <E extends Enum<E>> E choice(String option, E absent, List<E> accepted) {
        JsonNode value = find(option);
        E taken = absent;
        if (value != null) {
            taken = accepted.stream()
                    .filter(one -> value.isTextual() && name(one).equals(value.textValue()))
                    .findFirst()
                    .orElseThrow(() -> refused(
                            option,
                            "one of " + accepted.stream().map(one -> name(one)).collect(Collectors.joining(", "))));
        }
        inForce.put(option, name(taken));
        return taken;
    }

    /** One of several names; the given synonyms are read as if the name they stand for were written. */
    String choice(String option, String absent, List<String> accepted, List<String> synonymsOfAbsent) {
        JsonNode value = find(option);
        String taken = value == null || synonymsOfAbsent.contains(value.asText()) ? absent : value.asText();
        if ((value != null && !value.isTextual()) || !accepted.contains(taken)) {
            throw refused(option, "one of " + String.join(", ", accepted));
        }
        inForce.put(option, taken);
        return taken;
    }

    /** A list of numbers, or null if it is absent or null. In {@link #finish} it appears by its length and a checksum. */
    float[] numbers(String option, int length, double least, double most) {
        JsonNode value = find(option);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isArray() || value.size() != length) {
            throw refused(option, "a list of %d numbers".formatted(length));
        }
        float[] numbers = new float[length];
        for (int i = 0; i < length; i++) {
            numbers[i] = (float) numberInside(option, value.get(i), least, most);
        }
        inForce.put(option, "%d values, checksum %08x".formatted(length, Arrays.hashCode(numbers)));
        return numbers;
    }

    /** A list of whole numbers, empty if it is absent or null. */
    List<Integer> integers(String option, int least, int most) {
        JsonNode value = find(option);
        if (value == null || value.isNull()) {
            inForce.put(option, List.of());
            return List.of();
        }
        String expected = "a list of whole numbers from %d to %d".formatted(least, most);
        if (!value.isArray()) {
            throw refused(option, expected);
        }
        Set<Integer> integers = new TreeSet<>();
        for (JsonNode element : value) {
            if (!element.canConvertToInt() || element.intValue() < least || element.intValue() > most) {
                throw refused(option, expected);
            }
            integers.add(element.intValue());
        }
        List<Integer> taken = List.copyOf(integers);
        inForce.put(option, taken);
        return taken;
    }

    /** Refuses a switch that is on: what it asks for is not supported. */
    void mustBeOff(String... options) {
        for (String option : options) {
            JsonNode value = find(option);
            if (value != null && !value.isNull() && !(value.isBoolean() && !value.booleanValue())) {
                throw refused(option, "false or null, since anything else is not supported");
            }
        }
    }

    /** Refuses any value but one: the others are not supported. */
    void mustBe(String option, String only) {
        JsonNode value = find(option);
        if (value != null && !(value.isTextual() && value.textValue().equals(only))) {
            throw refused(option, "'%s', since nothing else is supported".formatted(only));
        }
    }

    /** Refuses some values and leaves the others alone: they have no effect. */
    void mustNotBe(String option, List<String> unsupported) {
        JsonNode value = find(option);
        if (value != null && unsupported.contains(value.asText())) {
            throw refused(option, "none of %s, since they are not supported".formatted(String.join(", ", unsupported)));
        }
    }

    /** Names options that have no effect given those already read. */
    void withoutEffect(String... options) {
        asked.addAll(List.of(options));
    }

    /**
     * Judges what was not asked for, and gives the configuration in force. To be called last.
     *
     * @throws SchedulerException if there is an option that nothing is known of
     */
    SortedMap<String, Object> finish() {
        for (Entry<String, JsonNode> entry : config.properties()) {
            String option = entry.getKey();
            JsonNode value = entry.getValue();
            boolean known = option.startsWith("_") || asked.contains(option) || DIFFUSERS_OPTIONS.contains(option);
            boolean off = value.isNull() || value.isBoolean() && !value.booleanValue();
            if (!known && !off) {
                throw refused(
                        option, "nothing: no scheduler with such an option is known, and it may change the result");
            }
        }
        inForce.put("_class_name", schedulerClass);
        return Collections.unmodifiableSortedMap(inForce);
    }

    /** An error that names the file, the option and its value. */
    SchedulerException refused(String option, String expected) {
        JsonNode value = config.get(option);
        return new SchedulerException("%s: option '%s' of %s is %s, expected %s"
                .formatted(
                        source,
                        shorten(option),
                        schedulerClass,
                        value == null ? "missing" : shorten(value.toString()),
                        expected));
    }

    static String shorten(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    private JsonNode find(String option) {
        asked.add(option);
        return config.get(option);
    }

    private double numberInside(String option, JsonNode value, double least, double most) {
        double number = value.isNumber() ? value.doubleValue() : Double.NaN;
        if (!(number >= least && number <= most)) {
            throw refused(option, "a number from %s to %s".formatted(least, most));
        }
        return number;
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
