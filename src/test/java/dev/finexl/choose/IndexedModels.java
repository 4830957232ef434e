package dev.finexl.choose;

import dev.finexl.choose.IndexedModel.Part;
import dev.finexl.choose.IndexedModel.Shown;
import dev.finexl.store.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes models for an index. */
final class IndexedModels {

    private static final List<String> CONCEPTS = List.of(
            "vivid",
            "monochrome",
            "dark",
            "bright",
            "warm",
            "cool",
            "blurry",
            "pixelated",
            "grainy",
            "outlined",
            "striped",
            "posterized",
            "contrasty",
            "faded",
            "vignetted",
            "inverted");

    private IndexedModels() {}

    /** A LoRA that shows some concepts, each followed by its calibrated score. */
    static IndexedModel lora(String name, Object... conceptsAndScores) {
        List<Shown> shown = new ArrayList<>();
        for (int i = 0; i < conceptsAndScores.length; i += 2) {
            double score = (double) conceptsAndScores[i + 1];
            shown.add(new Shown((String) conceptsAndScores[i], score, score));
        }
        return new IndexedModel(
                Sha256.of(name),
                "classpath:mini-diffusion",
                "base",
                List.of(new Part("lora", name + ".safetensors", 1)),
                "mini",
                16,
                shown);
    }

    /** The same as found with another vocabulary. */
    static IndexedModel by(String vocabulary, IndexedModel model) {
        return new IndexedModel(
                model.key(),
                model.base(),
                model.baseHash(),
                model.parts(),
                vocabulary,
                model.images(),
                model.aspects());
    }

    /** A LoRA that shows up to five concepts at random. */
    static IndexedModel random(int number) {
        SplittableRandom random = new SplittableRandom(number);
        List<Object> shown = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            String concept = CONCEPTS.get(random.nextInt(CONCEPTS.size()));
            if (!shown.contains(concept)) {
                shown.add(concept);
                shown.add(random.nextDouble());
            }
        }
        return lora("loras/style-%d".formatted(number), shown.toArray());
    }
}
