/** Explanations that others wait for: their turns, the persistent queue, progress, cancelling, and uploaded pictures. */
package dev.finexl.job;
