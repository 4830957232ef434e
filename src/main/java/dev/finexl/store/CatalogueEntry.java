package dev.finexl.store;

/**
 * One model that the catalogue knows.
 *
 * @param reference what it was asked for as, or would be asked for as
 * @param kind what it is
 * @param files its files; for a LoRA the folder that holds it
 * @param file the one file that a LoRA is; empty for models that are directories
 */
public record CatalogueEntry(String reference, ModelKind kind, ModelFiles files, String file) {}
