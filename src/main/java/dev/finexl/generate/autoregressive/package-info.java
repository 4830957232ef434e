/** Generators that write a picture token by token. */
package dev.finexl.generate.autoregressive;
