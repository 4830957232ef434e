/**
 * Words: vocabularies of concepts, the prompts they are measured with, and their directions in the space of a text
 * encoder.
 */
package dev.finexl.concept;
