package dev.finexl.generate;

/**
 * One picture to be made.
 *
 * @param prompt what it shows
 * @param seed of its own random generator, any 64 bits
 */
public record ImageRequest(String prompt, long seed) {}
