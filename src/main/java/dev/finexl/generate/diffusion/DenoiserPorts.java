package dev.finexl.generate.diffusion;

/**
 * What the exports of a denoiser call its inputs and outputs, and how it is told the noise level.
 *
 * @param latents input of the latents
 * @param output the prediction
 * @param timestepScale what the scheduler's timestep is multiplied by
 * @param timestepPerPicture whether a timestep of one dimension has one number for each picture of the batch; else it has
 *     one, which the graph itself expands
 */
record DenoiserPorts(String latents, String output, double timestepScale, boolean timestepPerPicture) {

    /** A UNet of Stable Diffusion. */
    static final DenoiserPorts UNET = new DenoiserPorts("sample", "out_sample", 1, false);

    /** A transformer that takes the timestep as it is. */
    static final DenoiserPorts TRANSFORMER = new DenoiserPorts("hidden_states", "out_hidden_states", 1, true);

    /** A transformer that takes the share of noise, 0 to 1, where the scheduler has 0 to 1000. */
    static final DenoiserPorts SIGMA_TRANSFORMER =
            new DenoiserPorts("hidden_states", "out_hidden_states", 1 / 1000.0, true);
}
