package dev.finexl.onnx;

import dev.finexl.store.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Finds attention that a graph spells out, Softmax(scale · Q Kᵀ) V as products and a Softmax between them, and says what is to take its
 * place: ONNX Runtime's operator for it, which on the CPU never has all of Q Kᵀ in memory (FlashAttention, arXiv 2205.14135).
 *
 * <p>Why: of Stable Diffusion's 4096 tokens, eight heads and two rows, Q Kᵀ is 1 GiB, and there are several copies of it. An evaluation
 * of a UNet of that structure and size took 6.6 s and 4.4 GB at most, 3.4 GB of them weights, and as ONNX Runtime opens it by itself
 * 12.3 s and 8.5 GB ({@code infra/bench/evaluation 2} on two processors).
 *
 * <p>Taken are products of (batch · heads, tokens, size) and of (batch, heads, tokens, size), float32, of shapes that provably fit;
 * scaled at any place or not at all; without a mask. Where there are few tokens nothing is gained, and nothing is done.
 */
final class AttentionFusion {

    /** Products of fewer tokens by tokens are as fast spelt out, and small. */
    private static final long FEW = 128 * 128;

    /** No model has more heads, or larger ones. */
    private static final long MOST = 1 << 20;

    /** Most steps that are looked back for one number. */
    private static final int FAR = 16;

    private static final List<Long> SWAP_LAST_OF_3 = List.of(0L, 2L, 1L);
    private static final List<Long> SWAP_LAST_OF_4 = List.of(0L, 1L, 3L, 2L);
    private static final List<Long> SWAP_MIDDLE = List.of(0L, 2L, 1L, 3L);
    private static final List<Long> LAST_TO_SECOND = List.of(0L, 3L, 1L, 2L);
    private static final List<Long> SECOND_TO_LAST = List.of(0L, 2L, 3L, 1L);

    private final List<OnnxNode> nodes;
    private final ShapeInference inference;
    private final Function<List<Long>, String> constant;
    private final Map<String, OnnxNode> makers = new HashMap<>();
    private final Set<String> shared = new HashSet<>();

    /** Formats beside float32 that are no floating-point numbers: with no others, whatever is multiplied is float32. */
    private static final Set<ElementType> WHOLE = Set.of(
            ElementType.BOOL,
            ElementType.I8,
            ElementType.U8,
            ElementType.I16,
            ElementType.U16,
            ElementType.I32,
            ElementType.U32,
            ElementType.I64,
            ElementType.U64);

    /** Whether all floating-point numbers of a graph are float32. */
    static boolean understands(OnnxGraph graph, GraphFacts facts) {
        Stream<Long> made = graph.nodes().stream()
                .flatMap(node -> Stream.of("to", "dtype").map(node.integers()::get))
                .filter(Objects::nonNull)
                .flatMap(List::stream);
        return Stream.concat(facts.types().stream(), made)
                .map(OnnxTypes::ofNumber)
                .allMatch(type -> type.filter(known -> known == ElementType.F32 || WHOLE.contains(known))
                        .isPresent());
    }

    /**
     * @param nodes of a graph that has no floating-point numbers but float32
     * @param outputs of the graph
     * @param inference has visited all nodes
     * @param constant gives the name of an initializer with these numbers
     */
    AttentionFusion(
            List<OnnxNode> nodes,
            List<String> outputs,
            ShapeInference inference,
            Function<List<Long>, String> constant) {
        this.nodes = nodes;
        this.inference = inference;
        this.constant = constant;
        Set<String> used = new HashSet<>(outputs);
        shared.addAll(outputs);
        for (OnnxNode node : nodes) {
            node.outputs().stream().filter(output -> !output.isEmpty()).forEach(output -> makers.put(output, node));
            node.inputs().stream().filter(input -> !used.add(input)).forEach(shared::add);
        }
    }

    /** A value times a number that is known. */
    private record Scaled(String value, double by) {}

    /** The factors of one attention: of shapes (…, tokens, size), (…, size, other tokens), (…, other tokens, another size). */
    private record Factors(Scaled query, Scaled key, String value, double scale) {

        float scaleOfAll() {
            return (float) (query.by() * key.by() * scale);
        }
    }

    /** What takes the place of a node, by its place. */
    Map<Integer, List<NewNode>> search() {
        Map<Integer, List<NewNode>> replaced = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            OnnxNode node = nodes.get(i);
            if (isProduct(node)) {
                int place = i;
                factors(node)
                        .flatMap(factors -> fused(factors, node.outputs().getFirst()))
                        .ifPresent(made -> replaced.put(place, made));
            }
        }
        return replaced;
    }

    private static boolean isProduct(OnnxNode node) {
        return isOf(node, "MatMul", 2);
    }

    private static boolean isOf(OnnxNode node, String operator, int inputs) {
        return node != null && node.is(operator, inputs);
    }

    /** The attention whose last product a node is. */
    private Optional<Factors> factors(OnnxNode last) {
        Scaled shares = unscaled(last.inputs().getFirst(), true);
        OnnxNode softmax = makers.get(shares.value());
        if (!isOf(softmax, "Softmax", 1) || !isOverLast(softmax) || shares.by() != 1) {
            return Optional.empty();
        }
        Scaled scores = unscaled(softmax.inputs().getFirst(), true);
        OnnxNode first = makers.get(scores.value());
        if (!isProduct(first)) {
            return Optional.empty();
        }
        return Optional.of(new Factors(
                unscaled(first.inputs().get(0), false),
                unscaled(first.inputs().get(1), false),
                last.inputs().get(1),
                scores.by()));
    }

    private boolean isOverLast(OnnxNode softmax) {
        int rank = inference
                .of(softmax.inputs().getFirst())
                .shape()
                .map(List::size)
                .orElse(0);
        // What is meant where nothing is stated depends on the operator set; exporters state it.
        long axis = softmax.integer("axis", rank);
        return rank > 0 && (axis == -1 || axis == rank - 1);
    }

    /**
     * What a value was before it was multiplied by numbers.
     *
     * @param inside whether it is between the products, where all is float32, so that casts to that change nothing; nothing
     *     else may use it there
     */
    private Scaled unscaled(String value, boolean inside) {
        Scaled scaled = new Scaled(value, 1);
        // A damaged graph may go round in circles.
        for (int i = 0; i < FAR && !(inside && shared.contains(scaled.value())); i++) {
            Optional<Scaled> before = before(scaled, inside);
            if (before.isEmpty()) {
                return scaled;
            }
            scaled = before.get();
        }
        return new Scaled("", 0);
    }

    private Optional<Scaled> before(Scaled scaled, boolean inside) {
        OnnxNode maker = makers.get(scaled.value());
        if (inside && isOf(maker, "Cast", 1) && maker.integer("to", 0) == OnnxTypes.number(ElementType.F32)) {
            return Optional.of(new Scaled(maker.inputs().getFirst(), scaled.by()));
        }
        if (isOf(maker, "Mul", 2)) {
            String left = maker.inputs().get(0);
            String right = maker.inputs().get(1);
            return number(right)
                    .map(by -> new Scaled(left, scaled.by() * by))
                    .or(() -> number(left).map(by -> new Scaled(right, scaled.by() * by)));
        }
        return isOf(maker, "Div", 2)
                ? number(maker.inputs().get(1))
                        .map(by -> new Scaled(maker.inputs().getFirst(), scaled.by() / by))
                : Optional.empty();
    }

    /** A single number that does not give what it multiplies another shape. */
    private Optional<Double> number(String value) {
        Known known = inference.of(value);
        return known.shape()
                .filter(shape -> shape.isEmpty() || shape.equals(List.of(Dim.of(1))))
                .flatMap(_ -> known.fill().map(Float::doubleValue));
    }

    private Optional<List<NewNode>> fused(Factors factors, String output) {
        float scale = factors.scaleOfAll();
        Optional<List<Dim>> query = inference.of(factors.query().value()).shape();
        Optional<List<Dim>> key = inference.of(factors.key().value()).shape();
        Optional<List<Dim>> value = inference.of(factors.value()).shape();
        if (query.isEmpty() || key.isEmpty() || value.isEmpty() || !(scale > 0) || !Float.isFinite(scale)) {
            return Optional.empty();
        }
        int rank = query.get().size();
        boolean known = (rank == 3 || rank == 4)
                && key.get().size() == rank
                && value.get().size() == rank
                && query.get().subList(0, rank - 2).equals(key.get().subList(0, rank - 2))
                && query.get().subList(0, rank - 2).equals(value.get().subList(0, rank - 2))
                && query.get().getLast().equals(key.get().get(rank - 2))
                && key.get().getLast().equals(value.get().get(rank - 2));
        if (!known || areFew(query.get().get(rank - 2), key.get().getLast())) {
            return Optional.empty();
        }
        return rank == 3
                ? Optional.of(merged(factors, output, scale))
                : separate(factors, query.get(), value.get(), output, scale);
    }

    private static boolean areFew(Dim tokens, Dim others) {
        return tokens.isNumber() && others.isNumber() && (double) tokens.factor() * others.factor() < FEW;
    }

    /** Heads that are parts of the batch are a batch of one head each. */
    private List<NewNode> merged(Factors factors, String output, float scale) {
        List<NewNode> made = new ArrayList<>();
        String key = transposed(factors.key().value(), SWAP_LAST_OF_3, named(output, "key"), made);
        made.add(NewNode.attention(factors.query().value(), key, factors.value(), output, 1, scale));
        return made;
    }

    /** Heads beside the batch, which the operator has beside the size. */
    private Optional<List<NewNode>> separate(
            Factors factors, List<Dim> query, List<Dim> value, String output, float scale) {
        Dim heads = query.get(1);
        Dim size = query.getLast();
        Dim other = value.getLast();
        if (!isUsual(heads) || !isUsual(size) || !isUsual(other)) {
            return Optional.empty();
        }
        List<NewNode> made = new ArrayList<>();
        String q = transposed(factors.query().value(), SWAP_MIDDLE, named(output, "query"), made);
        String k = key(factors.key().value(), named(output, "key"), made);
        String v = transposed(factors.value(), SWAP_MIDDLE, named(output, "value"), made);
        String attention = named(output, "attention");
        made.add(NewNode.attention(
                flat(q, heads, size, named(output, "query/flat"), made),
                flat(k, heads, size, named(output, "key/flat"), made),
                flat(v, heads, other, named(output, "value/flat"), made),
                attention,
                heads.factor(),
                scale));
        String apart = constant.apply(List.of(0L, 0L, heads.factor(), other.factor()));
        made.add(NewNode.reshape(attention, apart, named(output, "heads")));
        made.add(NewNode.transpose(named(output, "heads"), output, SWAP_MIDDLE));
        return Optional.of(made);
    }

    private static boolean isUsual(Dim dim) {
        return dim.isNumber() && dim.factor() > 0 && dim.factor() <= MOST;
    }

    private static String named(String output, String part) {
        return Simplification.PREFIX + output + "/" + part;
    }

    /** From (batch, heads, size, tokens) to (batch, tokens, heads, size). */
    private String key(String value, String name, List<NewNode> made) {
        OnnxNode maker = makers.get(value);
        if (isTransposed(maker, SECOND_TO_LAST)) {
            return maker.inputs().getFirst();
        }
        if (isTransposed(maker, SWAP_LAST_OF_4)) {
            return transposed(maker.inputs().getFirst(), SWAP_MIDDLE, name, made);
        }
        made.add(NewNode.transpose(value, name, LAST_TO_SECOND));
        return name;
    }

    private static boolean isTransposed(OnnxNode maker, List<Long> perm) {
        return isOf(maker, "Transpose", 1) && perm.equals(maker.integers().get("perm"));
    }

    /**
     * A value transposed, or, if it is so already, what it was before.
     *
     * @param perm its own inverse
     */
    private String transposed(String value, List<Long> perm, String name, List<NewNode> made) {
        OnnxNode maker = makers.get(value);
        if (isTransposed(maker, perm)) {
            return maker.inputs().getFirst();
        }
        made.add(NewNode.transpose(value, name, perm));
        return name;
    }

    /** From (batch, tokens, heads, size) to (batch, tokens, heads · size), as it may have been before. */
    private String flat(String value, Dim heads, Dim size, String name, List<NewNode> made) {
        OnnxNode maker = makers.get(value);
        long width = heads.factor() * size.factor();
        Optional<List<Dim>> now = inference.of(value).shape();
        if (isOf(maker, "Reshape", 2) && now.isPresent()) {
            Optional<List<Dim>> before = inference.of(maker.inputs().getFirst()).shape();
            if (before.equals(Optional.of(List.of(now.get().get(0), now.get().get(1), Dim.of(width))))) {
                return maker.inputs().getFirst();
            }
        }
        made.add(NewNode.reshape(value, constant.apply(List.of(0L, 0L, width)), name));
        return name;
    }
}
