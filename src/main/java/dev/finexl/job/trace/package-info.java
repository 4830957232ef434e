/** Tells whoever watches over a distributed system how explanations go, as OpenTelemetry has it. */
package dev.finexl.job.trace;
