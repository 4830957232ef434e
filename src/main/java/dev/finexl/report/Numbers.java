package dev.finexl.report;

import java.util.Locale;

/** Numbers as reports show them, the same everywhere. */
final class Numbers {

    private Numbers() {}

    static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    static String interval(double low, double high) {
        return "[%s, %s]".formatted(number(low), number(high));
    }
}
