/** From texts and pictures to what CLIP's encoders take, and from there to embeddings. */
package dev.finexl.embed;
