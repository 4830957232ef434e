/** The noise that sampling starts from and draws on its way: torch's CPU generator, so that a seed means the same picture here and there. */
package dev.finexl.generate.noise;
