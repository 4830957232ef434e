package dev.finexl.explain;

/**
 * What an aspect looks like.
 *
 * @param aspect its name
 * @param best the pair that shows it most; of several, the first
 * @param worst the pair that shows it least; of several, the first
 */
public record AspectExample(String aspect, ShownPair best, ShownPair worst) {}
