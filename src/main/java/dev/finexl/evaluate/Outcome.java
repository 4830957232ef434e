package dev.finexl.evaluate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a method says of one personalisation.
 *
 * @param scores of all concepts, in the method's own unit
 * @param found what the method reports, strongest first
 * @param images pictures that the answer used, on both sides together
 * @param seconds wall time of the answer, from embeddings to aspects
 */
record Outcome(double[] scores, List<Found> found, int images, double seconds) {

    /**
     * A concept that is reported.
     *
     * @param concept its index
     * @param score in the unit of {@link Outcome#scores}
     * @param low end of the interval
     * @param high end of the interval
     */
    record Found(int concept, double score, double low, double high) {}

    /**
     * What the method would name if it were asked for more and more concepts: what it reports, in its order, and then all
     * others with a positive score by falling score. Concepts that it gives nothing are not named. Ties go to the first
     * of the vocabulary.
     */
    List<Integer> ranking() {
        List<Integer> ranking =
                new ArrayList<>(found.stream().map(Found::concept).toList());
        List<Integer> others = new ArrayList<>();
        for (int c = 0; c < scores.length; c++) {
            if (scores[c] > 0 && !ranking.contains(c)) {
                others.add(c);
            }
        }
        others.sort(Comparator.comparingDouble(c -> -scores[c]));
        ranking.addAll(others);
        return ranking;
    }
}
