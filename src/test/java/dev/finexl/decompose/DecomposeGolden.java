package dev.finexl.decompose;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;

/** The numbers that numpy and scipy computed, {@code golden/decompose.json}. */
final class DecomposeGolden {

    private DecomposeGolden() {}

    /** A case with its matrix and vector: where they are null in the file they are those of the case before. */
    record Case(JsonNode json, DMatrixRMaj concepts, double[] divergence) {}

    static List<Case> cases(String section) {
        List<Case> cases = new ArrayList<>();
        for (JsonNode json : read().get(section)) {
            if (json.get("f").isNull()) {
                Case before = cases.getLast();
                cases.add(new Case(json, before.concepts, before.divergence));
            } else {
                DMatrixRMaj concepts =
                        matrix(json.get("n").asInt(), json.get("d").asInt(), doubles(json.get("f")));
                cases.add(new Case(json, concepts, doubles(json.get("v"))));
            }
        }
        return cases;
    }

    static JsonNode read() {
        return Golden.json("decompose.json");
    }

    static double[] doubles(JsonNode array) {
        return IntStream.range(0, array.size())
                .mapToDouble(i -> array.get(i).asDouble())
                .toArray();
    }

    static int[] ints(JsonNode array) {
        return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
    }

    static DMatrixRMaj matrix(int rows, int columns, double[] elements) {
        return new DMatrixRMaj(rows, columns, true, elements);
    }
}
