package dev.finexl.generate.lora;

import dev.finexl.onnx.OnnxGraph;
import dev.finexl.onnx.OnnxInitializer;
import dev.finexl.onnx.OnnxNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the layer of an ONNX graph that a LoRA means.
 *
 * <p>An exported linear layer has lost its weight's name: it is a MatMul by {@code onnx::MatMul_1628}. What is left is the
 * node's own name, {@code /down_blocks.0/.../to_q/MatMul}, which is the module's path and the operator. So the way is from
 * the path to the node, and from the node to the initializer that it multiplies by, through Identity nodes (exporters store
 * equal tensors once) and Transpose nodes (exports without constant folding).
 *
 * <p>Where other layers read the same initializer the layer is {@linkplain #isShared shared}, and cannot be changed alone.
 */
final class LayerIndex {

    /** Identity of identity happens; more than a few in a row is a graph that was made to loop. */
    private static final int MAX_HOPS = 16;

    private final OnnxGraph graph;
    private final LoraPart part;
    private final Map<String, OnnxNode> producers = new HashMap<>();
    private final Map<String, Set<String>> readers = new HashMap<>();
    private final Map<String, Layer> dotted = new LinkedHashMap<>();
    private final Map<String, Layer> flattened = new HashMap<>();
    private final Map<String, List<Layer>> original = new HashMap<>();
    private final Set<String> ambiguous = new HashSet<>();

    LayerIndex(OnnxGraph graph, LoraPart part, LoraFamily family) {
        this.graph = graph;
        this.part = part;
        for (OnnxNode node : graph.nodes()) {
            node.outputs().forEach(output -> producers.put(output, node));
        }
        for (OnnxNode node : graph.nodes()) {
            if (!passesThrough(node)) {
                node.inputs()
                        .forEach(input -> weightView(input)
                                .ifPresent(view -> readers.computeIfAbsent(
                                                view.weight().name(), _ -> new HashSet<>())
                                        .add(path(node))));
                layer(node).ifPresent(this::add);
            }
        }
        family.originalNames(part, dotted.keySet()).forEach((name, paths) -> {
            List<Layer> layers = paths.stream().map(dotted::get).toList();
            original.put(name, layers);
            original.put(new ModulePath.Dotted(name).flattened().text(), layers);
        });
    }

    /**
     * The layers that a path means: one; or several whose rows lie one under the other, where the network's original code has
     * one layer and the graph does not. Empty if there is none, or if more than one could be meant.
     */
    List<Layer> find(ModulePath path) {
        String text = withoutOptionalRoot(path.text(), path instanceof ModulePath.Dotted ? '.' : '_');
        if (ambiguous.contains(text)) {
            return List.of();
        }
        Layer layer = switch (path) {
            case ModulePath.Dotted _ -> dotted.get(text);
            case ModulePath.Flattened _ -> flattened.get(text);
        };
        return layer == null ? original.getOrDefault(text, List.of()) : List.of(layer);
    }

    /** Whether nodes outside a layer read its weight too. */
    boolean isShared(Layer layer) {
        return readers.get(layer.weight().name()).stream().anyMatch(reader -> !reader.equals(layer.path()));
    }

    /** The paths of all layers, for messages. */
    Set<String> paths() {
        return dotted.keySet();
    }

    private void add(Layer layer) {
        String path = withoutOptionalRoot(layer.path(), '.');
        String flat = new ModulePath.Dotted(path).flattened().text();
        put(dotted, path, layer);
        put(flattened, flat, layer);
    }

    private void put(Map<String, Layer> layers, String path, Layer layer) {
        Layer other = layers.putIfAbsent(path, layer);
        if (other != null && !other.equals(layer)) {
            ambiguous.add(path);
        }
    }

    private String withoutOptionalRoot(String path, char separator) {
        String root = part.optionalRoot() + separator;
        return !part.optionalRoot().isEmpty() && path.startsWith(root) ? path.substring(root.length()) : path;
    }

    private Optional<Layer> layer(OnnxNode node) {
        if (!node.domain().isEmpty() || node.inputs().size() < 2) {
            return Optional.empty();
        }
        return weightView(node.inputs().get(1)).flatMap(view -> {
            int rank = view.weight().shape().rank();
            return switch (node.opType()) {
                case "MatMul" -> rank == 2 ? layer(node, view, view.transposed()) : Optional.empty();
                case "Gemm" -> {
                    boolean transposes = node.integer("transB", 0) == 1;
                    yield rank == 2 ? layer(node, view, transposes != view.transposed()) : Optional.empty();
                }
                case "Conv" -> rank >= 3 ? layer(node, view, true) : Optional.empty();
                default -> Optional.empty();
            };
        });
    }

    private static Optional<Layer> layer(OnnxNode node, View view, boolean outputFirst) {
        return Optional.of(new Layer(path(node), view.weight(), outputFirst));
    }

    /** {@code /mid_block/resnets.0/conv1/Conv} is the node of {@code mid_block.resnets.0.conv1}. */
    private static String path(OnnxNode node) {
        String name = node.name().startsWith("/") ? node.name().substring(1) : node.name();
        return name.substring(0, Math.max(0, name.lastIndexOf('/'))).replace('/', '.');
    }

    /** An initializer as a node sees it. */
    private record View(OnnxInitializer weight, boolean transposed) {}

    private Optional<View> weightView(String value) {
        String name = value;
        boolean transposed = false;
        for (int hops = 0; hops < MAX_HOPS; hops++) {
            OnnxInitializer weight = graph.initializers().get(name);
            if (weight != null) {
                return Optional.of(new View(weight, transposed));
            }
            OnnxNode producer = producers.get(name);
            if (producer == null || !passesThrough(producer)) {
                return Optional.empty();
            }
            transposed ^= producer.opType().equals("Transpose");
            name = producer.inputs().getFirst();
        }
        return Optional.empty();
    }

    /** Whether a node only renames a matrix or turns it over. */
    private static boolean passesThrough(OnnxNode node) {
        if (!node.domain().isEmpty() || node.inputs().size() != 1) {
            return false;
        }
        return switch (node.opType()) {
            case "Identity" -> true;
            case "Transpose" -> node.integers().getOrDefault("perm", List.of()).equals(List.of(1L, 0L));
            default -> false;
        };
    }
}
