/** The one function: {@link dev.finexl.explain.Explainer#explain}, its request and its answer. */
package dev.finexl.explain;
