package dev.finexl.explain;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.store.CatalogueEntry;
import java.util.List;

/** Where the pictures of the two sides come from, with every reference found and before anything heavy is opened. */
sealed interface Comparison {

    /** How many pictures each side has, or at least has where they are not paired. */
    int images();

    /** How many pictures one side has. */
    default int images(Side side) {
        return images();
    }

    /** What makes pairs of the pictures. */
    Pairing pairing();

    /**
     * Both sides are sampled, with the same prompts and the same noise.
     *
     * @param base the base model
     * @param defaults what goes well with the base
     * @param personalized the model of the other side, which may be the base itself
     * @param loras what is applied to {@code personalized}
     * @param embeddings textual inversions of {@code personalized}
     * @param trigger by which {@code personalized} is called
     * @param sampling how to sample
     * @param images pictures on each side
     * @param seed of the first picture
     */
    record Sampled(
            CatalogueEntry base,
            ModelDefaults defaults,
            CatalogueEntry personalized,
            List<Lora> loras,
            List<Embedding> embeddings,
            Trigger trigger,
            Sampling sampling,
            int images,
            long seed)
            implements Comparison {

        @Override
        public Pairing pairing() {
            return Pairing.SEED;
        }
    }

    /**
     * Both sides are given.
     *
     * @param base folder of the base's pictures
     * @param personalized folder of the personalised model's pictures
     * @param baseNames of the base's files, sorted
     * @param personalizedNames of the other side's files, sorted; where they are paired, each with the same place's of the
     *     base
     * @param pairing what makes pairs of them
     * @param promptsKnown whether the request says what they draw
     */
    record Given(
            CatalogueEntry base,
            CatalogueEntry personalized,
            List<String> baseNames,
            List<String> personalizedNames,
            Pairing pairing,
            boolean promptsKnown)
            implements Comparison {

        /** The folder of one side. */
        CatalogueEntry folder(Side side) {
            return side == Side.BASE ? base : personalized;
        }

        /** The files of one side. */
        List<String> names(Side side) {
            return side == Side.BASE ? baseNames : personalizedNames;
        }

        @Override
        public int images(Side side) {
            return names(side).size();
        }

        @Override
        public int images() {
            return Math.min(baseNames.size(), personalizedNames.size());
        }
    }

    /**
     * A LoRA with its weight.
     *
     * @param field of the request that named it
     */
    record Lora(String field, CatalogueEntry entry, double weight) {}

    /**
     * A textual inversion.
     *
     * @param token that it stands for
     */
    record Embedding(CatalogueEntry entry, String token) {}

    /**
     * How to sample; null where neither the request nor the model's {@code finexl.json} says, and the model's own
     * configuration decides, or what is usual.
     */
    record Sampling(
            String schedulerName,
            JsonNode schedulerConfig,
            Integer steps,
            Double guidanceScale,
            String negativePrompt,
            Integer height,
            Integer width) {}
}
