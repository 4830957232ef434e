package dev.finexl.explain;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What makes a pair of two pictures, one of each side; decides which test and which intervals are right. */
public enum Pairing {
    /** The same prompt and the same random numbers. */
    SEED("seed"),
    /** The same file name. */
    NAME("name"),
    /** The same place in the order of file names. */
    POSITION("position"),
    /** Nothing: the sides are two independent samples. */
    NONE("none");

    private final String label;

    Pairing(String label) {
        this.label = label;
    }

    /** The name in requests and in JSON. */
    @JsonValue
    public String label() {
        return label;
    }

    /** Whether there are pairs. */
    public boolean paired() {
        return this != NONE;
    }

    /** What a request asks for of given pictures; empty for a text that means nothing. */
    static Optional<Pairing> ofGiven(String label) {
        return Arrays.stream(values())
                .filter(pairing -> pairing != SEED && pairing.label.equals(label))
                .findFirst();
    }

    /** What a request may ask for. */
    static List<String> labels() {
        return List.of(NAME.label, POSITION.label, NONE.label);
    }
}
