package dev.finexl.generate.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/** The scheduler classes of diffusers that are supported, each with what reads its configuration. */
enum SchedulerClass {
    DDIM(DdimScheduler.CLASS, DdimScheduler::read),
    DDPM(DdpmScheduler.CLASS, DdpmScheduler::read),
    DPM_SOLVER_MULTISTEP(DpmSolverMultistepScheduler.CLASS, DpmSolverMultistepScheduler::read),
    EULER(EulerScheduler.CLASS, EulerScheduler::read),
    EULER_ANCESTRAL(EulerAncestralScheduler.CLASS, EulerAncestralScheduler::read),
    FLOW_MATCH_EULER(FlowMatchEulerScheduler.CLASS, FlowMatchEulerScheduler::read),
    HEUN(HeunScheduler.CLASS, HeunScheduler::read),
    LCM(LcmScheduler.CLASS, LcmScheduler::read),
    LMS(LmsScheduler.CLASS, LmsScheduler::read),
    PNDM(PndmScheduler.CLASS, PndmScheduler::read),
    UNI_PC(UniPcScheduler.CLASS, UniPcScheduler::read);

    private final String diffusersName;
    private final Function<ConfigReader, Scheduler> reader;

    SchedulerClass(String diffusersName, Function<ConfigReader, Scheduler> reader) {
        this.diffusersName = diffusersName;
        this.reader = reader;
    }

    static Optional<SchedulerClass> of(String diffusersName) {
        return Arrays.stream(values())
                .filter(one -> one.diffusersName.equals(diffusersName))
                .findFirst();
    }

    String diffusersName() {
        return diffusersName;
    }

    Scheduler read(JsonNode config, String source) {
        return reader.apply(new ConfigReader(diffusersName, config, source));
    }
}
