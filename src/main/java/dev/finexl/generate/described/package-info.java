/** What generators have in common that say in a {@code generator.json} what they are and what they want. */
package dev.finexl.generate.described;
