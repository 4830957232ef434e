package dev.finexl.concept;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * The directions of a vocabulary in the space of an encoder: one row for every wording, in the vocabulary's order, so the
 * rows of one concept stand together, its name's row first. Rows are kept apart because wordings are not equal: which of
 * them, or what mean of them, stands for the concept is for the caller to choose. Immutable.
 *
 * <p>A row is not normalised: its length says how far the words move a prompt.
 */
public final class ConceptDirections {

    private static final int MAGIC = 0x32445846;
    private static final int HEADER = 16;

    private final Vocabulary vocabulary;
    private final int width;
    private final double[][] directions;
    private final List<Row> rows;
    private final float[][][] byPrompt;
    /** For each concept null or what its words do in the place of another's. */
    private final List<float[][]> rivals;
    /** For each concept null or what was measured on pictures. */
    private final List<float[][]> asked;
    /** Of all concepts, or null. */
    private final float[][][] statistics;

    /**
     * A row's meaning.
     *
     * @param concept the index of the concept in {@link Vocabulary#concepts()}
     * @param wording the wording that was joined to the prompts
     */
    public record Row(int concept, String wording) {}

    /**
     * @param directions {@code [wordings][width]}, in the order of {@link #rowsOf}; taken over, not copied
     * @param byPrompt {@code [concepts][prompts][width]}, or null; taken over, not copied
     * @param rivals for each concept whether it is one of those that take each other's place; none without {@code byPrompt}
     */
    ConceptDirections(Vocabulary vocabulary, int width, double[][] directions, float[][][] byPrompt, boolean[] rivals) {
        this(
                vocabulary,
                width,
                directions,
                byPrompt,
                IntStream.range(0, rivals.length)
                        .mapToObj(c -> rivals[c] && byPrompt != null ? byPrompt[c] : null)
                        .toList(),
                Collections.nCopies(vocabulary.concepts().size(), null),
                null);
    }

    /**
     * @param rivals for each concept what {@link #rival} gives, or null; taken over, not copied
     * @param asked for each concept what is measured of pictures, prompt by prompt, or null; taken over, not copied
     * @param statistics {@code [concepts][prompts][statistics]}, or null; taken over, not copied
     */
    ConceptDirections(
            Vocabulary vocabulary,
            int width,
            double[][] directions,
            float[][][] byPrompt,
            List<float[][]> rivals,
            List<float[][]> asked,
            float[][][] statistics) {
        this.vocabulary = vocabulary;
        this.width = width;
        this.directions = directions;
        this.rows = rowsOf(vocabulary);
        this.byPrompt = byPrompt;
        this.rivals = rivals;
        this.asked = asked;
        this.statistics = statistics;
    }

    /** The rows that the wordings of a vocabulary make, in order. */
    static List<Row> rowsOf(Vocabulary vocabulary) {
        List<Row> rows = new ArrayList<>(vocabulary.wordingCount());
        for (int concept = 0; concept < vocabulary.concepts().size(); concept++) {
            for (String wording : vocabulary.concepts().get(concept).wordings()) {
                rows.add(new Row(concept, wording));
            }
        }
        return List.copyOf(rows);
    }

    /** The vocabulary that was measured. */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** The number of components of a direction: the encoder's width. */
    public int width() {
        return width;
    }

    /** What the rows mean. */
    public List<Row> rows() {
        return rows;
    }

    /** The concept that a row belongs to. */
    public Concept concept(int row) {
        return vocabulary.concepts().get(rows.get(row).concept());
    }

    /** The direction of a row: {@code [width]}, a copy. */
    public double[] direction(int row) {
        return directions[row].clone();
    }

    /**
     * The directions of the concepts prompt by prompt, the mean over each concept's wordings: {@code
     * [concepts][prompts][width]}. Not a copy, must not be changed.
     *
     * @return empty where they are too many to be kept
     */
    public Optional<float[][][]> byPrompt() {
        return Optional.ofNullable(byPrompt);
    }

    /**
     * What words alone do, prompt by prompt, where a concept is one of those that take each other's place in the prompts, so
     * that one of them at most can be what changed: {@code [prompts][width]}. Not a copy, must not be changed.
     *
     * @return empty for all other concepts, and where there are no directions prompt by prompt
     */
    public Optional<float[][]> rival(int concept) {
        return Optional.ofNullable(rivals.get(concept));
    }

    /**
     * What asking the base model for a concept does to its pictures, prompt by prompt: to their embeddings, in the first
     * {@link #width} components, and in those behind, if there are any, to the pictures' own statistics. Not a copy, must
     * not be changed.
     *
     * @return empty where nobody has measured it
     */
    public Optional<float[][]> asked(int concept) {
        return Optional.ofNullable(asked.get(concept));
    }

    /**
     * What the concepts do to the pictures' own statistics, prompt by prompt: {@code [concepts][prompts][statistics]}. Not
     * a copy, must not be changed.
     *
     * @return empty unless it was measured of every concept: one of which it is not known could neither be favoured nor
     *     punished rightly beside those of which it is
     */
    public Optional<float[][][]> statistics() {
        return Optional.ofNullable(statistics);
    }

    /**
     * These directions with what was measured on pictures; where there are directions prompt by prompt, they become the
     * mean of both.
     *
     * @param pictures for each concept rows as {@link #asked} gives them, or null where nothing was measured; prompts beyond
     *     those of these directions do not enter the mean
     */
    public ConceptDirections withPictures(List<float[][]> pictures) {
        if (byPrompt == null) {
            return new ConceptDirections(vocabulary, width, directions, null, rivals, pictures, null);
        }
        float[][][] averaged = new float[byPrompt.length][][];
        for (int c = 0; c < byPrompt.length; c++) {
            averaged[c] = pictures.get(c) == null ? byPrompt[c] : average(byPrompt[c], pictures.get(c));
        }
        return new ConceptDirections(
                vocabulary, width, directions, averaged, rivals, pictures, statistics(pictures, byPrompt[0].length));
    }

    /** What is behind the embeddings in what was measured of all concepts; null where something is missing. */
    private float[][][] statistics(List<float[][]> pictures, int prompts) {
        return pictures.stream().allMatch(rows -> rows != null && rows[0].length > width)
                ? pictures.stream()
                        .map(rows -> Arrays.stream(rows, 0, prompts)
                                .map(row -> Arrays.copyOfRange(row, width, row.length))
                                .toArray(float[][]::new))
                        .toArray(float[][][]::new)
                : null;
    }

    /**
     * These directions, which themselves stay as they are, with what asking for some concepts does.
     *
     * @param more index of a concept to rows as {@link #asked} gives them
     */
    public ConceptDirections withAsked(Map<Integer, float[][]> more) {
        List<float[][]> all = new ArrayList<>(asked);
        more.forEach(all::set);
        return new ConceptDirections(vocabulary, width, directions, byPrompt, rivals, all, statistics);
    }

    private static float[][] average(float[][] texts, float[][] pictures) {
        float[][] mean = new float[texts.length][texts[0].length];
        for (int p = 0; p < mean.length; p++) {
            for (int k = 0; k < mean[p].length; k++) {
                mean[p][k] = (texts[p][k] + pictures[p][k]) / 2;
            }
        }
        return mean;
    }

    /**
     * f(C): {@code [concepts][width]}, for each concept the mean over its wordings, which agree on what it means and differ
     * in what else they do. A copy.
     */
    public double[][] means() {
        double[][] means = new double[vocabulary.concepts().size()][width];
        for (int row = 0; row < directions.length; row++) {
            double[] mean = means[rows.get(row).concept()];
            double share = 1.0 / concept(row).wordings().size();
            for (int k = 0; k < width; k++) {
                mean[k] += share * directions[row][k];
            }
        }
        return means;
    }

    /** The number of bytes of {@link #toBytes}. */
    public long bytes() {
        long prompts = byPrompt == null ? 0 : byPrompt[0].length;
        return HEADER
                + 8L * directions.length * width
                + 4L * prompts * width * vocabulary.concepts().size()
                + vocabulary.concepts().size()
                + 4;
    }

    /**
     * The directions as bytes, without the vocabulary and without what was measured on pictures. Little-endian: {@code FXD2},
     * the numbers of rows, of components and of prompts (int32; no prompts where there are no directions prompt by prompt), the
     * rows (float64), the directions prompt by prompt (float32), for each concept whether it is a {@link #rival} (one byte, 0 or 1), and the CRC-32C of all
     * that.
     */
    public byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(bytes())).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC).putInt(directions.length).putInt(width).putInt(byPrompt == null ? 0 : byPrompt[0].length);
        for (double[] row : directions) {
            for (double component : row) {
                out.putDouble(component);
            }
        }
        for (float[][] concept : byPrompt == null ? new float[0][][] : byPrompt) {
            for (float[] prompt : concept) {
                for (float component : prompt) {
                    out.putFloat(component);
                }
            }
        }
        for (float[][] rival : rivals) {
            out.put((byte) (rival == null ? 0 : 1));
        }
        out.putInt(crc(out.array(), out.position()));
        return out.array();
    }

    /**
     * Directions from the bytes that {@link #toBytes} made of them.
     *
     * @throws IllegalArgumentException if they are not those of such a vocabulary
     */
    public static ConceptDirections parse(Vocabulary vocabulary, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int end = bytes.length - 4;
        if (end < HEADER || in.getInt(end) != crc(bytes, end) || in.getInt() != MAGIC) {
            throw new IllegalArgumentException("it does not hold directions");
        }
        int rows = in.getInt();
        int width = in.getInt();
        int prompts = in.getInt();
        int concepts = vocabulary.concepts().size();
        long expected = 8L * rows * width + 4L * prompts * width * concepts + concepts;
        if (rows != vocabulary.wordingCount() || width < 1 || prompts < 0 || in.remaining() - 4 != expected) {
            throw new IllegalArgumentException("it does not hold the directions of %d wordings".formatted(rows));
        }
        double[][] directions = new double[rows][width];
        for (double[] row : directions) {
            for (int k = 0; k < width; k++) {
                row[k] = in.getDouble();
            }
        }
        float[][][] byPrompt = prompts == 0 ? null : new float[concepts][prompts][width];
        for (float[][] concept : prompts == 0 ? new float[0][][] : byPrompt) {
            for (float[] prompt : concept) {
                for (int k = 0; k < width; k++) {
                    prompt[k] = in.getFloat();
                }
            }
        }
        boolean[] rivals = new boolean[concepts];
        for (int c = 0; c < concepts; c++) {
            rivals[c] = in.get() != 0;
        }
        return new ConceptDirections(vocabulary, width, directions, byPrompt, rivals);
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /** All directions: {@code [rows][width]}, a copy. */
    public double[][] matrix() {
        return Arrays.stream(directions).map(double[]::clone).toArray(double[][]::new);
    }
}
