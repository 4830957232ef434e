package dev.finexl.job;

import dev.finexl.account.UsageLine;

/**
 * What was worked out for a job.
 *
 * @param result the JSON of the explanation or comparison
 * @param line its line in the ledger; null where nothing is to be accounted for
 */
public record Answer(String result, UsageLine line) {}
