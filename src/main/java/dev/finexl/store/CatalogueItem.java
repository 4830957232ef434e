package dev.finexl.store;

/**
 * A model that can be asked for.
 *
 * @param reference what a request calls it
 * @param kind what it is
 */
public record CatalogueItem(String reference, ModelKind kind) {}
