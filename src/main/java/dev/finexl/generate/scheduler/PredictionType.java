package dev.finexl.generate.scheduler;

/**
 * What a denoiser was trained to predict, and so how the image and the noise follow from its output.
 *
 * <p>Source: "DDIM", arXiv 2010.02502, equation 12 for epsilon; "Progressive Distillation", arXiv 2202.00512, appendix D,
 * for v = α·ε − σ·x₀.
 */
enum PredictionType {
    EPSILON {
        @Override
        Prediction data(NoiseLevel level) {
            return new Prediction(1 / level.alpha(), -level.sigma() / level.alpha());
        }

        @Override
        Prediction noise(NoiseLevel level) {
            return Prediction.OUTPUT;
        }
    },
    SAMPLE {
        @Override
        Prediction data(NoiseLevel level) {
            return Prediction.OUTPUT;
        }

        @Override
        Prediction noise(NoiseLevel level) {
            return new Prediction(1 / level.sigma(), -level.alpha() / level.sigma());
        }
    },
    V_PREDICTION {
        @Override
        Prediction data(NoiseLevel level) {
            return new Prediction(level.alpha(), -level.sigma());
        }

        @Override
        Prediction noise(NoiseLevel level) {
            return new Prediction(level.sigma(), level.alpha());
        }
    };

    /** The image x₀ from a variance-preserving sample. */
    abstract Prediction data(NoiseLevel level);

    /** The noise ε from a variance-preserving sample. */
    abstract Prediction noise(NoiseLevel level);

    /**
     * The image x₀ from a variance-exploding sample x₀ + ratio·ε, where the denoiser sees that sample scaled to preserve
     * variance.
     */
    Prediction dataFromExploding(double ratio) {
        NoiseLevel level = NoiseLevel.ofRatio(ratio);
        Prediction data = data(level);
        return new Prediction(data.sample() * level.alpha(), data.output());
    }
}
