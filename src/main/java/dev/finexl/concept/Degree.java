package dev.finexl.concept;

import java.util.Locale;

/** How strongly a change shows, as an adverb in front of a comparative: "slightly darker", "much more vivid". */
public enum Degree {
    SLIGHTLY,
    CLEARLY,
    MUCH;

    /** The adverb. */
    public String adverb() {
        return name().toLowerCase(Locale.ROOT);
    }
}
