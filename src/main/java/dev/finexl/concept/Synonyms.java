package dev.finexl.concept;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Makes one concept of those that mean the same. Exists because a list that somebody writes for one request holds "vivid"
 * and "vibrant" side by side: with two directions for one thing a decomposition gives the weight to either, or a part to
 * each, and neither then stands out. The vocabularies that ship have been grouped by hand.
 *
 * <p>Two concepts of one category mean the same if the cosine of their directions is at least {@value #SAME}, and so does
 * whatever is linked by such pairs, so that the order of the list does not matter. In the miniature's encoder the least
 * cosine between two wordings of one style is 0.946, and the largest between two different ones 0.917.
 */
public final class Synonyms {

    /** The least cosine of the directions of synonyms. */
    public static final double SAME = 0.94;

    /** Pairs are compared among so many concepts at most: those that lie nearest to the change. */
    private static final int MOST_COMPARED = 2048;

    private Synonyms() {}

    /**
     * Groups what means the same. Of a group the concept whose direction lies nearest to the change gives name, phrase and
     * what was measured on pictures; the others' names are its further wordings; the direction is the mean over all wordings.
     *
     * @param change the mean change that is to be explained, as wide as the directions
     * @return the same directions where nothing is grouped, or where fewer than {@value Vocabulary#MIN_CONCEPTS} concepts
     *     would be left
     */
    public static ConceptDirections grouped(ConceptDirections directions, double[] change) {
        List<Concept> concepts = directions.vocabulary().concepts();
        double[][] means = unitMeans(directions);
        double[] nearness = new double[means.length];
        for (int c = 0; c < means.length; c++) {
            nearness[c] = dot(means[c], change);
        }
        int[] compared = IntStream.range(0, means.length)
                .boxed()
                .sorted(Comparator.comparingDouble(c -> -Math.abs(nearness[c])))
                .limit(MOST_COMPARED)
                .mapToInt(Integer::intValue)
                .toArray();
        int[] root = IntStream.range(0, means.length).toArray();
        for (int i = 0; i < compared.length; i++) {
            for (int k = 0; k < i; k++) {
                int a = compared[i];
                int b = compared[k];
                if (concepts.get(a).category() == concepts.get(b).category() && dot(means[a], means[b]) >= SAME) {
                    join(root, a, b);
                }
            }
        }
        List<List<Integer>> groups = List.copyOf(IntStream.range(0, root.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer c) -> -nearness[c]).thenComparing(c -> c))
                .collect(Collectors.groupingBy(c -> find(root, c), TreeMap::new, Collectors.toList()))
                .values());
        boolean worthIt = groups.size() < concepts.size() && groups.size() >= Vocabulary.MIN_CONCEPTS;
        return worthIt ? merged(directions, groups) : directions;
    }

    private static void join(int[] root, int a, int b) {
        int first = find(root, a);
        int second = find(root, b);
        // The lowest index leads, so that groups keep the order of the list.
        root[Math.max(first, second)] = Math.min(first, second);
    }

    private static int find(int[] root, int c) {
        int at = c;
        while (root[at] != at) {
            at = root[at];
        }
        return at;
    }

    /** @param groups the concepts of each group, that which names it first */
    private static ConceptDirections merged(ConceptDirections directions, List<List<Integer>> groups) {
        Vocabulary vocabulary = directions.vocabulary();
        List<Concept> concepts = new ArrayList<>();
        List<double[]> rows = new ArrayList<>();
        List<float[][]> byPrompt = new ArrayList<>();
        List<float[][]> rivals = new ArrayList<>();
        List<float[][]> asked = new ArrayList<>();
        List<float[][]> statistics = new ArrayList<>();
        Map<Integer, List<Integer>> rowsOf = IntStream.range(
                        0, directions.rows().size())
                .boxed()
                .collect(Collectors.groupingBy(row -> directions.rows().get(row).concept()));
        for (List<Integer> group : groups) {
            Concept named = vocabulary.concepts().get(group.getFirst());
            List<String> wordings = new ArrayList<>();
            for (int concept : group) {
                wordings.addAll(vocabulary.concepts().get(concept).wordings());
                rowsOf.get(concept).forEach(row -> rows.add(directions.direction(row)));
            }
            concepts.add(new Concept(named.name(), named.category(), wordings, named.phrase()));
            directions.byPrompt().ifPresent(all -> byPrompt.add(mean(of(group, all), group, vocabulary)));
            directions.statistics().ifPresent(all -> statistics.add(mean(of(group, all), group, vocabulary)));
            rivals.add(rival(directions, group));
            asked.add(directions.asked(group.getFirst()).orElse(null));
        }
        return new ConceptDirections(
                new Vocabulary(vocabulary.name(), vocabulary.description(), concepts),
                directions.width(),
                rows.toArray(double[][]::new),
                directions.byPrompt().isPresent() ? byPrompt.toArray(float[][][]::new) : null,
                rivals,
                asked,
                directions.statistics().isPresent() ? statistics.toArray(float[][][]::new) : null);
    }

    /** A group is a rival of others if all its concepts are; otherwise null. */
    private static float[][] rival(ConceptDirections directions, List<Integer> group) {
        List<float[][]> words = group.stream()
                .flatMap(concept -> directions.rival(concept).stream())
                .toList();
        return words.size() == group.size() ? mean(words, group, directions.vocabulary()) : null;
    }

    /** The mean over all wordings, of which each concept of the group already is the mean of its own. */
    private static float[][] mean(List<float[][]> ofGroup, List<Integer> group, Vocabulary vocabulary) {
        float[][] mean = new float[ofGroup.getFirst().length][ofGroup.getFirst()[0].length];
        double wordings = group.stream()
                .mapToInt(c -> vocabulary.concepts().get(c).wordings().size())
                .sum();
        for (int member = 0; member < ofGroup.size(); member++) {
            double share =
                    vocabulary.concepts().get(group.get(member)).wordings().size() / wordings;
            for (int p = 0; p < mean.length; p++) {
                for (int k = 0; k < mean[p].length; k++) {
                    mean[p][k] += (float) (share * ofGroup.get(member)[p][k]);
                }
            }
        }
        return mean;
    }

    private static List<float[][]> of(List<Integer> group, float[][][] ofAll) {
        return group.stream().map(concept -> ofAll[concept]).toList();
    }

    /** The mean direction of each concept, of length 1, or zero where it is. */
    private static double[][] unitMeans(ConceptDirections directions) {
        double[][] means = directions.means();
        for (double[] mean : means) {
            double length = Math.sqrt(dot(mean, mean));
            for (int k = 0; k < mean.length && length > 0; k++) {
                mean[k] /= length;
            }
        }
        return means;
    }

    /** The cosine of two directions; 0 where one of them is zero. */
    static double cosine(double[] a, double[] b) {
        double lengths = Math.sqrt(dot(a, a) * dot(b, b));
        return lengths == 0 ? 0 : dot(a, b) / lengths;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }
}
