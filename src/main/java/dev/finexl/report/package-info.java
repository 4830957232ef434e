/** How an explanation is shown to people. */
package dev.finexl.report;
