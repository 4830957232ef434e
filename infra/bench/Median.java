import java.util.stream.DoubleStream;

/** What every number of a benchmark is. */
final class Median {

    private Median() {}

    /** The number in the middle, or the mean of the two that are. */
    static double of(DoubleStream numbers) {
        double[] sorted = numbers.sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
