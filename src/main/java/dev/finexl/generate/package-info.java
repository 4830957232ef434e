/** Image generators: the diffusion families with their schedulers, noise and LoRAs, and sets of given pictures. */
package dev.finexl.generate;
