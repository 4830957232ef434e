package dev.finexl.explain;

import dev.finexl.embed.ClipEncoder;
import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.onnx.RunScope;
import java.util.ArrayList;
import java.util.List;

/**
 * Samples the pictures of both sides, with the same prompts and the same noise, and embeds each batch as soon as it is
 * there, so that no more than one batch of pictures is in memory.
 */
final class PairSampler {

    private final ClipEncoder encoder;
    private final RunScope scope;
    private final ExplainListener listener;
    private final StageClock clock;

    PairSampler(ClipEncoder encoder, RunScope scope, ExplainListener listener, StageClock clock) {
        this.encoder = encoder;
        this.scope = scope;
        this.listener = listener;
        this.clock = clock;
    }

    /**
     * Picture {@code j} draws prompt {@code j mod prompts} from a generator that is seeded {@code seed + j}.
     */
    static List<ImageRequest> requests(List<String> prompts, int images, long seed) {
        List<ImageRequest> requests = new ArrayList<>(images);
        for (int j = 0; j < images; j++) {
            requests.add(new ImageRequest(prompts.get(j % prompts.size()), seed + j));
        }
        return requests;
    }

    EmbeddedPairs sample(
            ImageGenerator base, ImageGenerator personalized, List<ImageRequest> requests, SamplerSettings settings) {
        long total = 2L * requests.size();
        listener.progress(Stage.SAMPLING, 0, total);
        float[][] left = side(Side.BASE, base, requests, settings, 0, total);
        float[][] right = side(Side.PERSONALIZED, personalized, requests, settings, requests.size(), total);
        return EmbeddedPairs.of(left, right);
    }

    private float[][] side(
            Side side,
            ImageGenerator generator,
            List<ImageRequest> requests,
            SamplerSettings settings,
            int before,
            long total) {
        float[][] embeddings = new float[requests.size()][];
        clock.enter(Stage.SAMPLING);
        generator.generate(scope, requests, settings, (first, images) -> {
            clock.enter(Stage.EMBEDDING);
            float[][] rows = encoder.embedImages(scope, images);
            System.arraycopy(rows, 0, embeddings, first, rows.length);
            tell(side, first, images);
            listener.progress(Stage.SAMPLING, before + first + images.size(), total);
            clock.enter(Stage.SAMPLING);
        });
        return embeddings;
    }

    private void tell(Side side, int first, List<RgbImage> images) {
        for (int i = 0; i < images.size(); i++) {
            listener.image(side, first + i, images.get(i));
        }
    }
}
