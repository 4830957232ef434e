package dev.finexl.evaluate;

import dev.finexl.explain.ExplainRequest;
import java.nio.file.Path;
import java.util.List;

/**
 * What is compared, and how.
 *
 * @param zoo folder of personalisations with a {@code truth.json} each
 * @param methods names of the methods; null or none for all
 * @param request how each personalisation is explained: base (null for the one that the truth names), encoder, prompts,
 *     sampler, images, seed and concepts; what it says of the personalised side and of the method does not count
 * @param coverage whether to sample ten times the pictures, to see whether intervals hold
 */
public record EvaluationSettings(Path zoo, List<String> methods, ExplainRequest request, boolean coverage) {}
