package dev.finexl.explain;

import dev.finexl.embed.RgbImage;
import java.util.Arrays;
import java.util.List;

/** Hears how an explanation comes about. Its methods are called on the explaining thread and should return soon. */
public interface ExplainListener {

    /** Hears nothing. */
    ExplainListener NONE = new ExplainListener() {};

    /** The stages of an explanation, in their order. */
    enum Stage {
        /** Models are brought here from object storage; counted in bytes, anew for each model. */
        DOWNLOADING("downloading"),
        LOADING("loading"),
        SAMPLING("sampling"),
        EMBEDDING("embedding"),
        PROPOSALS("proposals"),
        CONCEPTS("concepts"),
        DECOMPOSITION("decomposition"),
        CALIBRATION("calibration");

        private final String key;

        Stage(String key) {
            this.key = key;
        }

        /** The stage's name in JSON and on the terminal. */
        public String key() {
            return key;
        }
    }

    /** The two sides of a comparison. */
    enum Side {
        BASE("base"),
        PERSONALIZED("personalized");

        private final String key;

        Side(String key) {
            this.key = key;
        }

        /**
         * The side with a name.
         *
         * @throws IllegalArgumentException if there is none
         */
        public static Side of(String key) {
            return Arrays.stream(values())
                    .filter(side -> side.key.equals(key))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("'%s' is no side".formatted(key)));
        }

        /** The side's name in JSON and as a folder. */
        public String key() {
            return key;
        }
    }

    /** A stage begins, or goes on; the one that was under way before has ended, or waits. */
    default void entered(Stage stage) {}

    /**
     * A stage has come some way.
     *
     * @param done units of the stage that are done: bytes for downloading, pictures for sampling, embedding and calibration,
     *     texts for concepts
     * @param total units of the whole stage
     */
    default void progress(Stage stage, long done, long total) {}

    /** Which pictures a listener is told of. */
    enum Pictures {
        /** Those that have to be drawn, or read, anyway. */
        DRAWN,
        /** Those that are kept from before as well. */
        KEPT,
        /** All of them: one that was measured before and is not kept is drawn again. */
        ALL
    }

    /** For which pictures {@link #image} is to be called. */
    default Pictures pictures() {
        return Pictures.DRAWN;
    }

    /**
     * A picture of one side is there. It may come again, the same.
     *
     * @param index of its pair, from 0
     */
    default void image(Side side, int index, RgbImage image) {}

    /**
     * The aspects as they stand after some of the pairs; the last call has those of the explanation.
     *
     * @param pairs how many pairs they rest on
     * @param aspects strongest first; none where nothing can be told from chance so far
     */
    default void aspects(int pairs, List<Aspect> aspects) {}
}
