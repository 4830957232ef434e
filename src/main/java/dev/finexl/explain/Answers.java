package dev.finexl.explain;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.concept.ConceptDirections;
import dev.finexl.concept.Vocabulary;
import dev.finexl.embed.ImageDecoder;
import dev.finexl.embed.ImageFileException;
import dev.finexl.embed.PngEncoder;
import dev.finexl.embed.RgbImage;
import dev.finexl.explain.Measurer.Measurement;
import dev.finexl.store.ResultStore;
import dev.finexl.store.StorageException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What has been worked out before: pictures and what was measured of them, concept directions and whole explanations, each
 * under a hash of all that it depends on ({@link ContentKeys}). Exists because a second personalised model on the same base should cost its own
 * pictures and no more, an explanation that was killed should go on where it was, and the same request twice should cost
 * nothing.
 *
 * <p>What is found is never trusted further than its form: something that cannot be read, or is not of the form and size
 * expected, counts as not there. A store that fails is a store that knows nothing; the work is done again. Thread-safe.
 */
public final class Answers {

    /** Knows nothing and keeps nothing. */
    public static final Answers NONE = new Answers(null, null, 0);

    private static final System.Logger LOG = System.getLogger(Answers.class.getName());
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String BYTES = "application/octet-stream";

    private static final String PNG = "image/png";

    private final ResultStore store;
    private final ResultStore pictures;
    private final Map<String, Explanation> recent;
    private final Space space;

    /**
     * @param store where things are kept; null for nowhere
     * @param pictures where the pictures themselves are kept, which take far more room than what is measured of them; null
     *     for nowhere
     * @param recent most explanations that are kept in memory as well
     */
    public Answers(ResultStore store, ResultStore pictures, int recent) {
        this(store, pictures, latest(recent), Space.COMMON);
    }

    private Answers(ResultStore store, ResultStore pictures, Map<String, Explanation> recent, Space space) {
        this.store = store;
        this.pictures = pictures;
        this.recent = recent;
        this.space = space;
    }

    private static Map<String, Explanation> latest(int most) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Explanation> eldest) {
                return size() > most;
            }
        };
    }

    /** These answers for a caller who finds and keeps only his own. */
    Answers within(Space own) {
        return new Answers(below(store, own), below(pictures, own), recent, own);
    }

    private static ResultStore below(ResultStore store, Space space) {
        return store == null ? null : store.below(space.prefix());
    }

    Space space() {
        return space;
    }

    /** Whether anything is kept. */
    boolean keeps() {
        return store != null;
    }

    Optional<Explanation> explanation(String key) {
        synchronized (recent) {
            Explanation known = recent.get(space.prefix() + key);
            if (known != null) {
                return Optional.of(known);
            }
        }
        Optional<Explanation> found = get("explanations/" + key + ".json", body -> read(body, Explanation.class));
        found.ifPresent(explanation -> remember(key, explanation));
        return found;
    }

    void keep(String key, Explanation explanation) {
        if (keeps()) {
            remember(key, explanation);
            put("explanations/" + key + ".json", () -> write(explanation));
        }
    }

    private static <T> T read(byte[] body, Class<T> type) {
        try {
            return MAPPER.readValue(body, type);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (IOException e) {
            throw new IllegalStateException("%s cannot be written as JSON".formatted(value.getClass()), e);
        }
    }

    /** How fast some work was the last time. */
    Optional<Speed> speed(String key) {
        return get("speed/" + key + ".json", body -> read(body, Speed.class));
    }

    void keepSpeed(String key, Speed speed) {
        put("speed/" + key + ".json", () -> write(speed));
    }

    private void remember(String key, Explanation explanation) {
        synchronized (recent) {
            recent.put(space.prefix() + key, explanation);
        }
    }

    /** A picture that was drawn. */
    Optional<RgbImage> picture(String key) {
        return get(pictures, pictureName(key), body -> {
            try {
                return new ImageDecoder().decode(body, key);
            } catch (ImageFileException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
        });
    }

    void keepPicture(String key, RgbImage picture) {
        put(pictures, pictureName(key), PNG, () -> PngEncoder.encode(picture));
    }

    private static String pictureName(String key) {
        return "drawn/" + key + ".png";
    }

    /** What was measured of some pictures. */
    Optional<List<Measurement>> pictures(String key, int count) {
        return get("pictures/" + key, body -> MeasurementBytes.read(body, count));
    }

    void keepPictures(String key, List<Measurement> measured) {
        put("pictures/" + key, () -> MeasurementBytes.write(measured));
    }

    /** Directions of a vocabulary's concepts by words alone. */
    Optional<ConceptDirections> directions(String key, Vocabulary vocabulary) {
        return get("directions/" + key, body -> ConceptDirections.parse(vocabulary, body));
    }

    void keepDirections(String key, ConceptDirections directions) {
        if (directions.bytes() <= ResultStore.LARGEST) {
            put("directions/" + key, directions::toBytes);
        }
    }

    private <T> Optional<T> get(String key, Function<byte[], T> reading) {
        return get(store, key, reading);
    }

    private static <T> Optional<T> get(ResultStore from, String key, Function<byte[], T> reading) {
        if (from == null) {
            return Optional.empty();
        }
        try {
            return from.get(key).map(reading);
        } catch (StorageException | IllegalArgumentException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} is not used: {1}", from.describe(key), e.getMessage());
            return Optional.empty();
        }
    }

    private void put(String key, Supplier<byte[]> body) {
        put(store, key, key.endsWith(".json") ? "application/json" : BYTES, body);
    }

    private static void put(ResultStore into, String key, String type, Supplier<byte[]> body) {
        if (into != null) {
            try {
                into.put(key, body.get(), type);
            } catch (StorageException e) {
                LOG.log(System.Logger.Level.WARNING, "{0} is not kept: {1}", into.describe(key), e.getMessage());
            }
        }
    }
}
