package dev.finexl.explain;

import dev.finexl.explain.ExplainListener.Pictures;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.RequestResolver.Plan;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.onnx.SharedModels.Lease;
import java.util.ArrayList;
import java.util.List;

/** Tells what an explanation would take, without drawing anything: from what is known, and from how long the last one took. */
final class Forecaster {

    private final Means means;

    Forecaster(Means means) {
        this.means = means;
    }

    /** @param wanted which pictures are wanted themselves, and so have to be drawn where they are not kept */
    Forecast of(Plan plan, Pictures wanted) {
        return switch (plan.comparison()) {
            case Comparison.Given _ -> Forecast.nothing(false);
            case Comparison.Sampled sampled -> of(plan, sampled, wanted);
        };
    }

    private Forecast of(Plan plan, Comparison.Sampled sampled, Pictures wanted) {
        List<Integer> drawn = new ArrayList<>(List.of(0));
        int[] base = unknown(plan, sampled, Side.BASE, wanted);
        int[] personalized = unknown(plan, sampled, Side.PERSONALIZED, wanted);
        for (int pair = 0; pair < sampled.images(); pair++) {
            drawn.add(drawn.getLast() + base[pair] + personalized[pair]);
        }
        Looks looks = Looks.of(sampled.images(), plan.certainty().sequential());
        int least = looks.mayStop(1) ? looks.sizes().get(1) : sampled.images();
        try (Lease<ImageGenerator> model = means.models().generator(sampled.base())) {
            int evaluations = model.value()
                    .evaluationsPerImage(SamplerChoice.settings(sampled.sampling(), model.value(), means.batch()));
            return new Forecast(false, List.copyOf(drawn), least, calibration(plan), evaluations, means.speed(sampled));
        }
    }

    /** Every concept may be among the aspects, and be asked for with every prompt; and the prompts alone. */
    private static int calibration(Plan plan) {
        int asked = 1 + plan.vocabulary().concepts().size();
        return plan.certainty().calibrate()
                ? asked * plan.drawnPrompts().prompts().size()
                : 0;
    }

    /** For each picture of a side 1 if it has to be drawn, else 0. */
    private int[] unknown(Plan plan, Comparison.Sampled sampled, Side side, Pictures wanted) {
        int[] unknown = new int[sampled.images()];
        KnownPictures known = means.knownPictures(plan, sampled, side, wanted);
        List<ImageRequest> requests = PairSampler.requests(plan, sampled, side, sampled.images());
        for (int from = 0; from < unknown.length; ) {
            KnownPictures.Run run = known.next(requests, from, unknown.length);
            for (int i = run.from(); i < run.to(); i++) {
                unknown[i] = run.known() == null ? 1 : 0;
            }
            from = run.to();
        }
        return unknown;
    }
}
