package dev.finexl.serve.http;

import dev.finexl.explain.InvalidRequestException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;

/**
 * A period of time as the parameters of a request give it.
 *
 * @param from the first moment of it
 * @param to the first moment behind it
 */
record Period(Instant from, Instant to) {

    /**
     * Reads dates, whose days begin in UTC, or moments, both as of ISO 8601.
     *
     * @param from null for the beginning of this month
     * @param to null for the beginning of the next
     * @throws InvalidRequestException if one of them is neither, or the period ends before it begins
     */
    static Period of(String from, String to) {
        YearMonth month = YearMonth.now(ZoneOffset.UTC);
        Period period = new Period(
                moment("from", from, month.atDay(1)),
                moment("to", to, month.plusMonths(1).atDay(1)));
        if (period.to.isBefore(period.from)) {
            throw new InvalidRequestException("to", "the period ends before it begins");
        }
        return period;
    }

    private static Instant moment(String field, String text, LocalDate otherwise) {
        try {
            if (text == null) {
                return otherwise.atStartOfDay(ZoneOffset.UTC).toInstant();
            }
            return text.contains("T")
                    ? Instant.parse(text)
                    : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException _) {
            throw new InvalidRequestException(
                    field, "expected a date or a moment of ISO 8601, such as 2026-11-01 or 2026-11-01T12:00:00Z");
        }
    }
}
