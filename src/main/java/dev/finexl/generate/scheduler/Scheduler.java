package dev.finexl.generate.scheduler;

import java.util.SortedMap;

/**
 * A noise scheduler with its configuration: immutable and free of any run's state, so one may serve many runs at once.
 *
 * <p>Each kind equals the diffusers class that its documentation names. Kinds differ in the noise levels they visit and in
 * the coefficients of their steps, nothing else: every step is linear in what is known before it, apart from an optional
 * clipping of the predicted image. So a kind only computes coefficients, before the first step, and {@link Sampling} is
 * the one loop over the data for all of them.
 */
public sealed interface Scheduler
        permits DdimScheduler,
                DdpmScheduler,
                DpmSolverMultistepScheduler,
                EulerScheduler,
                EulerAncestralScheduler,
                FlowMatchEulerScheduler,
                HeunScheduler,
                LcmScheduler,
                LmsScheduler,
                PndmScheduler,
                UniPcScheduler {

    /** More steps than this are refused: a run's plan is held in memory, and nobody waits for so many evaluations. */
    int MAX_STEPS = 10_000;

    /**
     * Plans a run.
     *
     * @param steps the number of inference steps, from 1 to the number of training timesteps and at most
     *     {@link #MAX_STEPS}. The number of evaluations of the denoiser may be larger, see {@link Sampling#evaluations}
     * @throws SchedulerException if the number is out of range, or if this configuration has no such run
     */
    Sampling start(int steps);

    /**
     * The configuration in force, for provenance: the diffusers class as {@code _class_name}, and every option that
     * matters under its diffusers name, defaults filled in. Values are booleans, numbers (one of them may be −∞), strings and lists of integers.
     */
    SortedMap<String, Object> config();
}
