package dev.finexl.explain;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * From where to where a number may reasonably lie; in JSON the pair {@code [low, high]}.
 *
 * @param low lower end
 * @param high upper end, not below {@code low}
 */
@Schema(type = SchemaType.ARRAY, implementation = Double.class, minItems = 2, maxItems = 2)
public record Interval(double low, double high) {

    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException("an interval from %s to %s".formatted(low, high));
        }
    }

    @JsonCreator
    static Interval of(double[] ends) {
        if (ends.length != 2) {
            throw new IllegalArgumentException("an interval is a pair, not %d numbers".formatted(ends.length));
        }
        return new Interval(ends[0], ends[1]);
    }

    @JsonValue
    double[] ends() {
        return new double[] {low, high};
    }

    /** Half of the distance between the ends. */
    public double halfWidth() {
        return (high - low) / 2;
    }
}
