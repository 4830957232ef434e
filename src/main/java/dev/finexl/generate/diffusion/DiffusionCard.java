package dev.finexl.generate.diffusion;

import dev.finexl.onnx.NetworkCard;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What can be said of a diffusion model's directory without opening it.
 *
 * @param family e.g. {@code Stable Diffusion XL}
 * @param pipeline diffusers' class
 * @param scheduler diffusers' class of the scheduler that it comes with
 * @param parts its networks, text encoders first
 * @param width of its pictures where nothing else is asked for, in pixels
 * @param height of its pictures where nothing else is asked for, in pixels
 */
public record DiffusionCard(
        String family, String pipeline, String scheduler, List<NetworkCard> parts, int width, int height) {

    /**
     * @throws dev.finexl.generate.GeneratorException if the kind is not known, or a part is missing
     * @throws dev.finexl.store.ModelFileException if a file is damaged
     */
    public static DiffusionCard read(ModelFiles files) throws IOException {
        DiffusionKind kind = DiffusionKind.of(files);
        List<NetworkCard> parts = new ArrayList<>();
        List<String> networks = Stream.concat(
                        kind.parts(files).stream().map(part -> part.modelFile()), Stream.of(Parts.VAE_DECODER))
                .toList();
        for (String network : networks) {
            parts.add(NetworkCard.read(files, network));
        }
        String scheduler = ModelJson.read(files, Parts.SCHEDULER_CONFIG)
                .path("_class_name")
                .asText("");
        PictureSizes sizes = kind.sizes(files);
        return new DiffusionCard(
                kind.loras(files).label(),
                kind.pipeline(),
                ModelJson.excerpt(scheduler),
                parts,
                sizes.pictureWidth(),
                sizes.pictureHeight());
    }
}
