package dev.finexl.generate.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The names by which people ask for a scheduler. A name stands for a class and, where the name says so, for some of its
 * options; everything else is the model's own.
 */
enum SchedulerName {
    DDIM(SchedulerClass.DDIM),
    /** The form with which Stable Diffusion 1 was published, also where the model's configuration does not say so. */
    PNDM(SchedulerClass.PNDM, Map.of(PndmScheduler.SKIP_RUNGE_KUTTA, BooleanNode.TRUE)),
    EULER(SchedulerClass.EULER),
    EULER_ANCESTRAL(SchedulerClass.EULER_ANCESTRAL),
    DPMPP_2M(SchedulerClass.DPM_SOLVER_MULTISTEP, secondOrder(DpmSolverMultistepScheduler.PLUS_PLUS, false)),
    DPMPP_2M_KARRAS(SchedulerClass.DPM_SOLVER_MULTISTEP, secondOrder(DpmSolverMultistepScheduler.PLUS_PLUS, true)),
    DPMPP_2M_SDE(
            SchedulerClass.DPM_SOLVER_MULTISTEP, secondOrder(DpmSolverMultistepScheduler.STOCHASTIC_PLUS_PLUS, false)),
    DPMPP_2M_SDE_KARRAS(
            SchedulerClass.DPM_SOLVER_MULTISTEP, secondOrder(DpmSolverMultistepScheduler.STOCHASTIC_PLUS_PLUS, true)),
    UNIPC(SchedulerClass.UNI_PC),
    LMS(SchedulerClass.LMS),
    LCM(SchedulerClass.LCM),
    DDPM(SchedulerClass.DDPM),
    HEUN(SchedulerClass.HEUN),
    FLOW_MATCH_EULER(SchedulerClass.FLOW_MATCH_EULER);

    private final SchedulerClass schedulerClass;
    private final Map<String, JsonNode> options;

    SchedulerName(SchedulerClass schedulerClass) {
        this(schedulerClass, Map.of());
    }

    SchedulerName(SchedulerClass schedulerClass, Map<String, JsonNode> options) {
        this.schedulerClass = schedulerClass;
        this.options = options;
    }

    static Optional<SchedulerName> of(String written) {
        return Arrays.stream(values())
                .filter(one -> one.written().equals(written))
                .findFirst();
    }

    /** As people write it: lower case with hyphens. */
    String written() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    SchedulerClass schedulerClass() {
        return schedulerClass;
    }

    /** The options that the name decides, whatever the model's configuration says. */
    Map<String, JsonNode> options() {
        return options;
    }

    private static Map<String, JsonNode> secondOrder(String algorithm, boolean karras) {
        return Map.of(
                DpmSolverMultistepScheduler.ALGORITHM,
                TextNode.valueOf(algorithm),
                DpmSolverMultistepScheduler.ORDER,
                IntNode.valueOf(2),
                "use_karras_sigmas",
                BooleanNode.valueOf(karras));
    }
}
