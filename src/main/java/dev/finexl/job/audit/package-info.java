/** Audits: explanations that an event asks for, each run once however often the event comes. */
package dev.finexl.job.audit;
