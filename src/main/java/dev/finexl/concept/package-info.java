/**
 * Words: vocabularies of concepts, the prompts they are measured with, and their directions in the space of a text
 * encoder; and proposers, which add words for what they see in the pictures.
 */
package dev.finexl.concept;
