package dev.finexl.embed;

/**
 * Pictures as an encoder sees them, from one run in two forms. Exists because directions are compared between vectors of
 * length 1, while a head may have been trained on what the encoder gives, length and all.
 *
 * @param raw n rows of d numbers as the model gives them; a combined export normalises them itself
 * @param unit the same rows divided by their lengths
 */
public record ImageEmbeddings(float[][] raw, float[][] unit) {}
