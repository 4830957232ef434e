package dev.finexl.generate.lora;

import dev.finexl.onnx.OnnxGraph;
import dev.finexl.onnx.OnnxInitializer;
import dev.finexl.store.ElementType;
import dev.finexl.store.Floats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
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

    private final Map<LoraPart, OnnxGraph> graphs;
    private final Map<LoraPart, LayerIndex> layers = new EnumMap<>(LoraPart.class);

    /** @param graphs the ONNX file of each part that the model has */
    public LoraMerger(Map<LoraPart, OnnxGraph> graphs) {
        this.graphs = Map.copyOf(graphs);
        this.graphs.forEach((part, graph) -> layers.put(part, new LayerIndex(graph, part)));
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
            for (LoraModule module : lora.file().modules()) {
                Layer layer = layer(lora.file(), module);
                Target target = targets.computeIfAbsent(module.part(), _ -> new LinkedHashMap<>())
                        .computeIfAbsent(layer.weight().name(), _ -> new Target(layer, new ArrayList<>()));
                target.add(new Update(i, lora, module));
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

    /** What one module of one LoRA, the one at a position of the request, does to a layer. */
    private record Update(int position, WeightedLora lora, LoraModule module) {

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

    /** The layer that a module means, if the module fits it. */
    private Layer layer(LoraFile file, LoraModule module) {
        String downKey = module.down().key();
        LayerIndex index = layers.get(module.part());
        if (index == null) {
            throw LoraException.at(
                    file.name(),
                    downKey,
                    "is for the %s, which the model does not have"
                            .formatted(module.part().folder()));
        }
        String graph = graphs.get(module.part()).name();
        Layer layer = index.find(module.path())
                .orElseThrow(() -> LoraException.at(
                        file.name(),
                        downKey,
                        "names no layer of %s; expected one of its %d, as '%s'"
                                .formatted(
                                        graph,
                                        index.paths().size(),
                                        index.paths().stream().findFirst().orElse(""))));
        requireFit(file, module, layer);
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
        if (index.isShared(layer)) {
            throw LoraException.at(
                    file.name(),
                    downKey,
                    "is for the weight '%s' of %s, which other layers share; expected one of its own"
                            .formatted(weight.name(), graph));
        }
        return layer;
    }

    private static void requireFit(LoraFile file, LoraModule module, Layer layer) {
        List<Long> dims = LoraFactor.withoutUnitKernel(layer.dims());
        List<Long> down = new ArrayList<>(dims);
        down.set(0, (long) module.rank());
        List<Long> up = List.of(dims.getFirst(), (long) module.rank());
        requireShape(file, module.down(), down, layer);
        requireShape(file, module.up(), up, layer);
    }

    private static void requireShape(LoraFile file, LoraFactor factor, List<Long> expected, Layer layer) {
        if (!factor.withoutUnitKernel().equals(expected)) {
            throw LoraException.at(
                    file.name(),
                    factor.key(),
                    "has shape %s; expected %s for the layer '%s' of shape %s"
                            .formatted(factor.shape(), expected, layer.path(), layer.dims()));
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
        float[] up = update.lora().file().values(module.up());
        int rank = module.rank();
        float scale = (float) (update.lora().weight() * module.scale());
        return layer.outputFirst()
                ? new LowRankMerge.Term(up, down, rank, scale)
                : new LowRankMerge.Term(
                        LowRankMerge.transposed(down, rank, down.length / rank),
                        LowRankMerge.transposed(up, up.length / rank, rank),
                        rank,
                        scale);
    }
}
