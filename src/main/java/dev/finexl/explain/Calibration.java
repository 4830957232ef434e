package dev.finexl.explain;

import dev.finexl.concept.Concept;
import dev.finexl.concept.ConceptDirections;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.store.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds out how strong it is to ask the base for a concept, so that a score can be told in that unit. Exists beside
 * {@code prime}, which measures all concepts and whose result changes the directions themselves: this measures only
 * those that were found, once for each base and concept, and leaves the scores as they are, so that the same request has
 * the same scores before and after.
 *
 * <p>What is measured is kept in files of their own, one for each concept: two processes that measure the same at the same
 * time write the same file.
 */
final class Calibration {

    private static final String FOLDER = "calibration";

    private final AskedPictures asked;
    private final Optional<Path> folder;
    private final ExplainListener listener;
    private int pictures;

    /** @param folder of measured directions, in which one for calibrations is made; empty to keep nothing */
    Calibration(AskedPictures asked, Optional<Path> folder, ExplainListener listener) {
        this.asked = asked;
        this.folder = folder.map(f -> f.resolve(FOLDER));
        this.listener = listener;
    }

    /** Pictures that were sampled so far. */
    int pictures() {
        return pictures;
    }

    /**
     * Directions that know of some concepts what asking for them does.
     *
     * @param names of concepts of the directions; those that are known already are left as they are
     * @param measure whether what is not found is measured
     */
    ConceptDirections complete(ConceptDirections directions, List<String> names, boolean measure) {
        List<Concept> concepts = directions.vocabulary().concepts();
        Map<Integer, float[][]> found = new HashMap<>();
        Map<Integer, List<String>> missing = new HashMap<>();
        for (int c = 0; c < concepts.size(); c++) {
            if (names.contains(concepts.get(c).name()) && directions.asked(c).isEmpty()) {
                List<String> said = asked.said(concepts.get(c));
                float[][] known = known(said);
                if (known != null) {
                    found.put(c, known);
                } else if (measure) {
                    missing.put(c, said);
                }
            }
        }
        if (!missing.isEmpty()) {
            found.putAll(measured(missing));
        }
        return found.isEmpty() ? directions : directions.withAsked(found);
    }

    private Map<Integer, float[][]> measured(Map<Integer, List<String>> missing) {
        Map<Integer, float[][]> measured = new HashMap<>();
        List<String> prompts = asked.prompts();
        float[][] plain = known(prompts);
        long total = (missing.size() + (plain == null ? 1L : 0)) * prompts.size();
        listener.progress(Stage.CALIBRATION, 0, total);
        if (plain == null) {
            plain = sample(prompts, total);
            keep(prompts, plain);
        }
        for (Map.Entry<Integer, List<String>> concept : missing.entrySet()) {
            float[][] differences = AskedPictures.differences(sample(concept.getValue(), total), plain);
            keep(concept.getValue(), differences);
            measured.put(concept.getKey(), differences);
        }
        return measured;
    }

    private float[][] sample(List<String> prompts, long total) {
        float[][] rows = asked.embed(prompts, Stage.CALIBRATION, pictures, total, listener);
        pictures += rows.length;
        return rows;
    }

    private String file(List<String> prompts) {
        return Sha256.ofLines(Stream.of(asked.key(), AskedPictures.hash(prompts)));
    }

    private float[][] known(List<String> prompts) {
        return folder.isEmpty()
                ? null
                : PictureDirections.find(file(prompts), folder).entries().get(AskedPictures.hash(prompts));
    }

    private void keep(List<String> prompts, float[][] rows) {
        if (folder.isPresent()) {
            try {
                Files.createDirectories(folder.get());
                new PictureDirections(Map.of(AskedPictures.hash(prompts), rows)).write(folder.get(), file(prompts));
            } catch (IOException e) {
                throw new UncheckedIOException("the calibration cannot be kept in " + folder.get(), e);
            }
        }
    }
}
