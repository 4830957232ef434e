package dev.finexl.generate.lora;

import dev.finexl.onnx.OnnxGraph;
import dev.finexl.onnx.OnnxInitializer;
import dev.finexl.store.ElementType;
import dev.finexl.store.Floats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Merges LoRAs into the weights of a model's ONNX files.
 *
 * <p>The result has a new buffer for each weight that a LoRA touches and nothing for the others, so that a session with it
 * can share those with the base model's. What cannot be merged exactly as it is meant is an error before anything is
 * computed: a key that names no layer, factors that do not fit it, or a weight that several layers share. (Exporters store
 * equal tensors once. Changing the one copy would change layers that no LoRA asked for; it happens to biases and norms,
 * which LoRAs leave alone, and would take two equal matrices to happen to a layer.)
 */
public final class LoraMerger {

    private final LoraFamily family;
    private final Map<LoraPart, OnnxGraph> graphs;
    private final Map<LoraPart, LayerIndex> layers = new EnumMap<>(LoraPart.class);

    /**
     * @param family that the model is of
     * @param graphs the ONNX file of each part that the model has
     */
    public LoraMerger(LoraFamily family, Map<LoraPart, OnnxGraph> graphs) {
        this.family = family;
        this.graphs = Map.copyOf(graphs);
        this.graphs.forEach((part, graph) -> layers.put(part, new LayerIndex(graph, part, family)));
    }

    /**
     * Computes W' = W + sum over the LoRAs of weight x scale x up . down for every weight that a LoRA touches.
     *
     * @param loras any number of LoRAs; they add up, in this order
     * @return for each part that is touched, the merged weights by initializer: direct, native order, in the initializer's
     *     own format and layout
     * @throws LoraException if one of them cannot be merged; the message names its file and the key
     */
    public Map<LoraPart, Map<String, ByteBuffer>> merge(List<WeightedLora> loras) throws IOException {
        Map<LoraPart, Map<String, Target>> targets = new EnumMap<>(LoraPart.class);
        for (int i = 0; i < loras.size(); i++) {
            WeightedLora lora = loras.get(i);
            requireSameFamily(lora.file());
            for (LoraModule module : lora.file().modules()) {
                LoraPart part = family.part(module.part());
                int row = 0;
                for (Layer layer : layers(lora.file(), module)) {
                    targets.computeIfAbsent(part, _ -> new LinkedHashMap<>())
                            .computeIfAbsent(layer.weight().name(), _ -> new Target(layer, new ArrayList<>()))
                            .add(new Update(i, lora, module, row));
                    row += Math.toIntExact(layer.dims().getFirst());
                }
            }
        }
        Map<LoraPart, Map<String, ByteBuffer>> merged = new EnumMap<>(LoraPart.class);
        for (LoraPart part : targets.keySet()) {
            Map<String, ByteBuffer> buffers = new LinkedHashMap<>();
            for (Target target : targets.get(part).values()) {
                buffers.put(target.layer().weight().name(), merged(graphs.get(part), target));
            }
            merged.put(part, buffers);
        }
        return merged;
    }

    /**
     * What one module of one LoRA, the one at a position of the request, does to a layer.
     *
     * @param row of the module's output, at which the layer's own begins
     */
    private record Update(int position, WeightedLora lora, LoraModule module, int row) {

        LoraException bad(String what) {
            return LoraException.at(lora.file().name(), module.down().key(), what);
        }
    }

    /** A layer and all that changes it. */
    private record Target(Layer layer, List<Update> updates) {

        void add(Update update) {
            if (!updates.isEmpty() && updates.getLast().position() == update.position()) {
                throw update.bad("changes the layer that '%s' changes already"
                        .formatted(updates.getLast().module().down().key()));
            }
            updates.add(update);
        }
    }

    /** The layers that a module means, if the module fits them. */
    private List<Layer> layers(LoraFile file, LoraModule module) {
        String downKey = module.down().key();
        LoraPart part = family.part(module.part());
        LayerIndex index = layers.get(part);
        if (index == null) {
            throw LoraException.at(
                    file.name(),
                    downKey,
                    "is for the %s, which the model does not have%s".formatted(part.folder(), otherFamily(file)));
        }
        List<Layer> found = index.find(module.path());
        if (found.isEmpty()) {
            throw LoraException.at(
                    file.name(),
                    downKey,
                    "names no layer of %s; expected one of its %d, as '%s'%s"
                            .formatted(
                                    graphs.get(part).name(),
                                    index.paths().size(),
                                    index.paths().stream().findFirst().orElse(""),
                                    otherFamily(file)));
        }
        requireFit(file, module, found);
        found.forEach(layer -> requireMergeable(file, downKey, part, layer));
        return found;
    }

    /** Where layers fit by accident, the file's own word still says that the update means something else. */
    private void requireSameFamily(LoraFile file) {
        LoraMetadata said = file.metadata();
        boolean fits = FamilyGuess.of(file).filter(guess -> guess == family).isPresent();
        said.family().filter(made -> made != family && !fits).ifPresent(made -> {
            throw new LoraException(
                    file.name(),
                    "the LoRA was made for %s, as its header says, the model is %s"
                            .formatted(made.label(), family.label()));
        });
    }

    /** What to add to an error if the file is for another family. */
    private String otherFamily(LoraFile file) {
        return FamilyGuess.of(file)
                .filter(guess -> guess != family)
                .map(guess -> "; the LoRA was made for %s, the model is %s".formatted(guess.label(), family.label()))
                .orElse("");
    }

    private void requireMergeable(LoraFile file, String downKey, LoraPart part, Layer layer) {
        String graph = graphs.get(part).name();
        OnnxInitializer weight = layer.weight();
        if (!Floats.convertible(weight.type())
                || weight.storage() instanceof OnnxInitializer.Storage.Encoded
                || weight.byteSize() < 1
                || weight.byteSize() > Integer.MAX_VALUE - Long.BYTES) {
            throw LoraException.at(
                    file.name(),
                    downKey,
                    "is for the weight '%s' of %s, %d bytes of %s; expected float numbers as plain bytes, less than 2 GiB"
                            .formatted(weight.name(), graph, weight.byteSize(), weight.type()));
        }
        if (layers.get(part).isShared(layer)) {
            throw LoraException.at(
                    file.name(),
                    downKey,
                    "is for the weight '%s' of %s, which other layers share; expected one of its own"
                            .formatted(weight.name(), graph));
        }
    }

    private void requireFit(LoraFile file, LoraModule module, List<Layer> found) {
        long rank = module.rank();
        long out = 0;
        for (Layer layer : found) {
            List<Long> down = new ArrayList<>(LoraFactor.withoutUnitKernel(layer.dims()));
            down.set(0, rank);
            requireShape(file, module.down(), down, layer);
            out += layer.dims().getFirst();
        }
        requireShape(file, module.up(), List.of(out, rank), found.getFirst());
    }

    private void requireShape(LoraFile file, LoraFactor factor, List<Long> expected, Layer layer) {
        if (!factor.withoutUnitKernel().equals(expected)) {
            throw LoraException.at(
                    file.name(),
                    factor.key(),
                    "has shape %s; expected %s for the layer '%s' of shape %s%s"
                            .formatted(factor.shape(), expected, layer.path(), layer.dims(), otherFamily(file)));
        }
    }

    private static ByteBuffer merged(OnnxGraph graph, Target target) throws IOException {
        OnnxInitializer weight = target.layer().weight();
        ElementType type = weight.type();
        int rows = Math.toIntExact(weight.shape().dim(0));
        int columns = Math.toIntExact(weight.shape().elements() / rows);
        List<LowRankMerge.Term> terms = target.updates().stream()
                .map(update -> term(update, target.layer()))
                .toList();
        try {
            return LowRankMerge.merge(type, rows, columns, graph.bytes(weight), terms)
                    .asByteBuffer()
                    .order(ByteOrder.nativeOrder());
        } catch (ArithmeticException e) {
            throw new LoraException(
                    target.updates().getFirst().lora().file().name(),
                    "the weight '%s' of %s is no longer finite in %s when '%s' is merged"
                            .formatted(
                                    weight.name(),
                                    graph.name(),
                                    type,
                                    target.updates().getFirst().module().down().key()),
                    e);
        }
    }

    private static LowRankMerge.Term term(Update update, Layer layer) {
        LoraModule module = update.module();
        float[] down = update.lora().file().values(module.down());
        int rank = module.rank();
        int first = update.row() * rank;
        int rows = Math.toIntExact(layer.dims().getFirst());
        float[] up = Arrays.copyOfRange(update.lora().file().values(module.up()), first, first + rows * rank);
        float scale = (float) (update.lora().weight() * module.scale());
        return layer.outputFirst()
                ? new LowRankMerge.Term(up, down, rank, scale)
                : new LowRankMerge.Term(
                        LowRankMerge.transposed(down, rank, down.length / rank),
                        LowRankMerge.transposed(up, rows, rank),
                        rank,
                        scale);
    }
}
