package dev.finexl.generate.described;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.embed.RgbImage;
import dev.finexl.generate.BatchListener;
import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.Opened;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.lora.WeightedLora;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.ModelFiles;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * What generators have in common that a {@code generator.json} describes: pictures of one size, made batch by batch by a
 * few graphs, without a scheduler and without LoRAs.
 */
public abstract class DescribedModel implements ImageGenerator {

    private final ModelFiles files;
    private final PictureOutput output;
    private final List<AutoCloseable> owned;

    /** @param opened the model's parts, which it closes */
    protected DescribedModel(ModelFiles files, PictureOutput output, Opened opened) {
        this.files = files;
        this.output = output;
        this.owned = List.copyOf(opened.all());
    }

    /** The pictures of one batch. */
    protected abstract List<RgbImage> batch(RunScope scope, List<ImageRequest> requests, SamplerSettings settings);

    /** How the pictures come out. */
    protected final PictureOutput output() {
        return output;
    }

    @Override
    public final void generate(
            RunScope scope, List<ImageRequest> requests, SamplerSettings settings, BatchListener listener) {
        for (int first = 0; first < requests.size(); first += settings.batch()) {
            int end = Math.min(requests.size(), first + settings.batch());
            listener.done(first, batch(scope, requests.subList(first, end), settings));
        }
    }

    @Override
    public final ImageGenerator personalize(List<WeightedLora> loras) {
        throw new GeneratorException(
                files.reference() + " takes no LoRAs: expected a whole personalised model beside it");
    }

    @Override
    public final JsonNode schedulerConfig() {
        return null;
    }

    @Override
    public final int height() {
        return output.height();
    }

    @Override
    public final int width() {
        return output.width();
    }

    /**
     * Refuses a graph that wants more than it is going to get.
     *
     * @param known names of the inputs that are fed
     * @throws GeneratorException that names the others
     */
    protected static void requireKnown(OnnxSession session, Collection<String> known) {
        List<String> unknown = session.inputs().keySet().stream()
                .filter(input -> !known.contains(input))
                .toList();
        if (!unknown.isEmpty()) {
            throw new GeneratorException("%s wants inputs that %s does not mention: %s"
                    .formatted(session.name(), GeneratorJson.FILE, String.join(", ", unknown)));
        }
    }

    /** The files of some graphs and of what conditions them. */
    protected static List<String> files(List<OnnxSession> sessions, Stream<Condition> condition) {
        return Stream.of(
                        sessions.stream().flatMap(session -> session.graph().fileNames().stream()),
                        Stream.of(GeneratorJson.FILE),
                        condition.flatMap(c -> c.files().stream()))
                .flatMap(names -> names)
                .toList();
    }

    @Override
    public final long bytes() {
        return Opened.bytes(owned);
    }

    @Override
    public final void close() {
        Opened.closeAll(owned);
    }
}
