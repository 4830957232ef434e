/** Comparison of methods on a zoo of personalisations whose truth is known: rival rankers, metrics and charts. */
package dev.finexl.evaluate;
