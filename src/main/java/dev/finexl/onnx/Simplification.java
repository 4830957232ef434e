package dev.finexl.onnx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What of a graph can be left out, since it is known before a run ({@link ShapeInference}): the nodes that compute into which shape
 * to bring a value, which an export has for every layer, and sums with zeros of a batch's shape, which exports of
 * {@code baddbmm} have for every attention; and what one operator does as well as several ({@link AttentionFusion}). What is left
 * computes the same numbers, but for rounding, whatever the batch.
 *
 * <p>Why: half of the nodes that ONNX Runtime by itself leaves of the bundled UNet compute shapes, at every step of every batch. It
 * has to leave them, as it knows shapes in numbers only, and the batch is not known to it ({@code SimplificationTest}).
 *
 * @param nodes where the graph's nodes are, in the file's order
 * @param inputs what a node uses from now on, by its place in that order, for those that use something else than before
 * @param replaced what takes the place of nodes, by their place; the last has the node's result
 * @param dropped the places of nodes that nothing needs any more
 * @param constants new initializers, of int64, by name
 */
record Simplification(
        List<GraphLayout.Range> nodes,
        Map<Integer, List<String>> inputs,
        Map<Integer, List<NewNode>> replaced,
        Set<Integer> dropped,
        Map<String, Constant> constants) {

    /** Leaves everything as it is. */
    static final Simplification NONE = new Simplification(List.of(), Map.of(), Map.of(), Set.of(), Map.of());

    /** No exporter names values so. */
    static final String PREFIX = "finexl:";

    /**
     * A new initializer.
     *
     * @param single whether it has no dimensions, else one
     */
    record Constant(boolean single, List<Long> values) {

        private String name() {
            return PREFIX + (single ? values.getFirst() : values);
        }
    }

    /**
     * @param facts of this graph
     * @param numbers those that the facts were read with
     * @param usual shapes of inputs, where they are more than the graph says: with inputs of other shapes the result is none of
     *     this graph's
     * @param fusing whether ONNX Runtime's own operators may take the place of ONNX's
     */
    static Simplification of(
            OnnxGraph graph, GraphFacts facts, Dim.Numbers numbers, UsualShapes usual, boolean fusing) {
        if (!facts.closed() || usesPrefix(graph)) {
            return NONE;
        }
        ShapeInference inference = new ShapeInference(numbers, facts, usual.in(facts.inputs()));
        return new Search(graph, facts, inference).search(fusing && AttentionFusion.understands(graph, facts));
    }

    private static boolean usesPrefix(OnnxGraph graph) {
        return graph.initializers().keySet().stream().anyMatch(name -> name.startsWith(PREFIX))
                || graph.inputs().stream().anyMatch(name -> name.startsWith(PREFIX))
                || graph.nodes().stream()
                        .flatMap(node -> node.outputs().stream())
                        .anyMatch(name -> name.startsWith(PREFIX));
    }

    private static final class Search {

        private static final Long SAME = 0L;
        private static final Long REST = -1L;

        private final OnnxGraph graph;
        private final GraphFacts facts;
        private final ShapeInference inference;
        private final Map<String, String> sameAs = new HashMap<>();
        private final Map<Integer, List<String>> inputs = new HashMap<>();
        private final Map<Integer, List<NewNode>> replaced = new HashMap<>();
        private final Map<String, Constant> constants = new LinkedHashMap<>();

        Search(OnnxGraph graph, GraphFacts facts, ShapeInference inference) {
            this.graph = graph;
            this.facts = facts;
            this.inference = inference;
        }

        Simplification search(boolean fusing) {
            List<OnnxNode> nodes = graph.nodes();
            nodes.forEach(inference::visit);
            for (int i = 0; i < nodes.size(); i++) {
                OnnxNode node = nodes.get(i);
                List<String> used = new ArrayList<>();
                for (int k = 0; k < node.inputs().size(); k++) {
                    String input = node.inputs().get(k);
                    used.add(isTarget(node, k) ? target(node, input) : constant(input));
                }
                if (!used.equals(node.inputs())) {
                    inputs.put(i, used);
                }
                withoutZeros(node).ifPresent(rest -> sameAs.put(node.outputs().getFirst(), rest));
            }
            if (fusing) {
                replaced.putAll(fused(unneeded()));
            }
            Set<Integer> dropped = unneeded();
            inputs.keySet().removeAll(dropped);
            inputs.keySet().removeAll(replaced.keySet());
            constants
                    .keySet()
                    .retainAll(Stream.concat(
                                    inputs.values().stream(),
                                    replaced.values().stream()
                                            .flatMap(List::stream)
                                            .map(NewNode::inputs))
                            .flatMap(List::stream)
                            .collect(Collectors.toSet()));
            return new Simplification(facts.nodes(), inputs, replaced, dropped, constants);
        }

        private Map<Integer, List<NewNode>> fused(Set<Integer> dropped) {
            List<OnnxNode> now = new ArrayList<>();
            for (int i = 0; i < graph.nodes().size(); i++) {
                OnnxNode node = graph.nodes().get(i);
                // What is dropped uses nothing any more.
                now.add(node.with(dropped.contains(i) ? List.of() : inputs.getOrDefault(i, node.inputs())));
            }
            return new AttentionFusion(now, graph.outputs(), inference, values -> keep(new Constant(false, values)))
                    .search();
        }

        private static boolean isTarget(OnnxNode node, int input) {
            return input == 1 && node.is("Reshape", 2) && node.integer("allowzero", 0) == 0;
        }

        /** The shape that a value is to be brought into: what is not known is the dimension before, or the rest. */
        private String target(OnnxNode reshape, String input) {
            Optional<List<Dim>> after =
                    inference.of(reshape.outputs().getFirst()).shape();
            if (after.isEmpty() || facts.constants().containsKey(input)) {
                return constant(input);
            }
            List<Dim> before = inference.of(reshape.inputs().getFirst()).shape().orElse(List.of());
            List<Long> values = new ArrayList<>();
            for (int i = 0; i < after.get().size(); i++) {
                Dim dim = after.get().get(i);
                if (dim.isNumber()) {
                    values.add(dim.factor());
                } else {
                    values.add(i < before.size() && before.get(i).equals(dim) ? SAME : REST);
                }
            }
            boolean sayable =
                    Collections.frequency(values, REST) <= 1 && !after.get().contains(Dim.of(0));
            return sayable ? keep(new Constant(false, values)) : input;
        }

        /** The value, or a constant in its place. */
        private String constant(String value) {
            String name = sameAs.getOrDefault(value, value);
            Optional<List<Dim>> elements = inference.of(name).int64();
            if (facts.constants().containsKey(name)
                    || elements.isEmpty()
                    || elements.get().isEmpty()
                    || !elements.get().stream().allMatch(Dim::isNumber)) {
                return name;
            }
            boolean single = inference.of(name).shape().map(List::isEmpty).orElse(false);
            return keep(new Constant(
                    single, elements.get().stream().map(Dim::factor).toList()));
        }

        private String keep(Constant constant) {
            constants.put(constant.name(), constant);
            return constant.name();
        }

        /** What a sum with zeros is the same as. */
        private Optional<String> withoutZeros(OnnxNode node) {
            if (!node.is("Add", 2) || graph.outputs().contains(node.outputs().getFirst())) {
                return Optional.empty();
            }
            Optional<List<Dim>> sum = inference.of(node.outputs().getFirst()).shape();
            for (int i = 0; i < 2; i++) {
                Known other = inference.of(node.inputs().get(i));
                if (other.fill().isPresent()
                        && other.fill().get() == 0
                        && sum.isPresent()
                        && inference.of(node.inputs().get(1 - i)).shape().equals(sum)) {
                    String rest = node.inputs().get(1 - i);
                    return Optional.of(sameAs.getOrDefault(rest, rest));
                }
            }
            return Optional.empty();
        }

        /** The places of nodes that no output depends on. */
        private Set<Integer> unneeded() {
            List<OnnxNode> nodes = graph.nodes();
            Map<String, Integer> makers = new HashMap<>();
            Set<Integer> unneeded = new HashSet<>();
            for (int i = 0; i < nodes.size(); i++) {
                unneeded.add(i);
                for (String output : nodes.get(i).outputs()) {
                    makers.put(output, i);
                }
            }
            Deque<String> needed = new ArrayDeque<>(graph.outputs());
            while (!needed.isEmpty()) {
                Integer maker = makers.get(needed.pop());
                if (maker != null && unneeded.remove(maker)) {
                    if (replaced.containsKey(maker)) {
                        replaced.get(maker).forEach(made -> needed.addAll(made.inputs()));
                    } else {
                        needed.addAll(
                                inputs.getOrDefault(maker, nodes.get(maker).inputs()));
                    }
                }
            }
            return unneeded;
        }
    }
}
