/** Which of many personalised models to choose: by a wish in words, or by likeness to another; and the index of explanations. */
package dev.finexl.choose;
