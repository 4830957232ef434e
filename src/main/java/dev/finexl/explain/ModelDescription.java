package dev.finexl.explain;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.finexl.embed.EncoderCard;
import dev.finexl.generate.TextualInversion;
import dev.finexl.generate.described.GeneratorCard;
import dev.finexl.generate.diffusion.DiffusionCard;
import dev.finexl.generate.diffusion.FineTune;
import dev.finexl.generate.lora.LoraCard;
import dev.finexl.onnx.NetworkCard;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What a model's files say of it: whoever was handed a directory or a file sees what it is, and whether it is whole, before
 * anything is sampled.
 *
 * @param reference what it was asked for as
 * @param kind what it is, e.g. {@code diffusion}; {@code network} for one network of such a model
 * @param family e.g. {@code Stable Diffusion XL}, {@code clip} or {@code gan}; null if the files do not tell
 * @param pipeline diffusers' class of a diffusion model, else null
 * @param scheduler diffusers' class of the scheduler that a diffusion model comes with, else null
 * @param parts the networks of a whole model; null for a LoRA
 * @param pictures their size where nothing else is asked for, or that in which an encoder sees them; null for what has none
 * @param lora what a LoRA changes and says; null for a whole model
 * @param embedding what a textual inversion stands for; null for what is none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelDescription(
        String reference,
        String kind,
        String family,
        String pipeline,
        String scheduler,
        List<NetworkCard> parts,
        Pictures pictures,
        LoraCard lora,
        Embedding embedding) {

    /** A size in pixels. */
    public record Pictures(int width, int height) {}

    /**
     * A textual inversion.
     *
     * @param token the word that it stands for unless a request names another
     * @param vectors how many tokens that is
     */
    public record Embedding(String token, int vectors) {}

    /**
     * Reads what there is to say; no weight is computed with.
     *
     * @throws ModelFileException if a file is missing or damaged, or if it is a LoRA that is not supported
     * @throws dev.finexl.generate.GeneratorException if a diffusion model is of no known kind or lacks a part
     * @throws dev.finexl.embed.EncoderException if an encoder lacks its networks
     */
    public static ModelDescription of(CatalogueEntry entry) {
        ModelFiles files = entry.files();
        try {
            return switch (entry.kind()) {
                case DIFFUSION -> {
                    DiffusionCard card = DiffusionCard.read(files);
                    Pictures pictures = new Pictures(card.width(), card.height());
                    yield whole(entry, card.family(), card.pipeline(), card.scheduler(), card.parts(), pictures);
                }
                case ENCODER -> {
                    Optional<String> network = FineTune.networkClass(files);
                    if (network.isPresent()) {
                        yield new ModelDescription(
                                entry.reference(),
                                "network",
                                ModelJson.excerpt(network.get()),
                                null,
                                null,
                                List.of(FineTune.networkCard(files)),
                                null,
                                null,
                                null);
                    }
                    EncoderCard card = EncoderCard.read(files);
                    Pictures pictures = new Pictures(card.width(), card.height());
                    yield whole(entry, card.family(), null, null, card.parts(), pictures);
                }
                case GENERATOR -> {
                    GeneratorCard card = GeneratorCard.read(files);
                    Pictures pictures = new Pictures(card.width(), card.height());
                    yield whole(entry, card.kind(), null, null, card.parts(), pictures);
                }
                case LORA -> {
                    if (TextualInversion.isOne(files, entry.file())) {
                        TextualInversion inversion = TextualInversion.read(files, entry.file(), null);
                        yield new ModelDescription(
                                entry.reference(),
                                "embedding",
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                new Embedding(inversion.token(), inversion.tokens()));
                    }
                    LoraCard card = LoraCard.read(files, entry.file());
                    yield new ModelDescription(
                            entry.reference(), entry.kind().label(), card.family(), null, null, null, null, card, null);
                }
                default -> whole(entry, null, null, null, null, null);
            };
        } catch (IOException e) {
            throw new ModelFileException(
                    "%s: a file cannot be read: %s".formatted(files.reference(), e.getMessage()), e);
        }
    }

    private static ModelDescription whole(
            CatalogueEntry entry,
            String family,
            String pipeline,
            String scheduler,
            List<NetworkCard> parts,
            Pictures pictures) {
        return new ModelDescription(
                entry.reference(), entry.kind().label(), family, pipeline, scheduler, parts, pictures, null, null);
    }
}
