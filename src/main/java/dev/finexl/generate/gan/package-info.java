/** Generators that make a picture of a latent vector in one evaluation. */
package dev.finexl.generate.gan;
