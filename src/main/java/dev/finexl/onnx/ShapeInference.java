package dev.finexl.onnx;

import dev.finexl.onnx.Known.Integers;
import dev.finexl.store.ElementType;
import dev.finexl.store.TensorShape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Finds out what can be known of a graph's values before it runs: their shapes, in numbers or in terms of the dimensions that the
 * inputs leave open, and the whole numbers that a graph computes of shapes. The rules are those of ONNX's operators
 * (<a href="https://onnx.ai/onnx/operators/">onnx.ai</a>) as far as image models use them.
 *
 * <p>ONNX Runtime does the same when it opens a model, but only in numbers: where the batch is open, as it has to be, it
 * leaves all that depends on the shape of a batch to be computed at every run.
 *
 * <p>Of an operator that is not known, of one that is used in a way that is not, and of one whose rule fails on a graph that
 * contradicts itself, nothing is known: then more is left to the run.
 */
final class ShapeInference {

    private final Dim.Numbers numbers;
    private final GraphFacts facts;
    private final Map<String, Known> values = new HashMap<>();

    /**
     * @param numbers those that the facts were read with
     * @param inputs shapes of inputs, in place of what the graph declares
     */
    ShapeInference(Dim.Numbers numbers, GraphFacts facts, Map<String, List<Dim>> inputs) {
        this.numbers = numbers;
        this.facts = facts;
        facts.inputs().forEach((name, shape) -> values.put(name, Known.ofShape(shape)));
        inputs.forEach((name, shape) -> values.put(name, Known.ofShape(shape)));
        values.putAll(facts.constants());
    }

    /** What is known of a value. */
    Known of(String value) {
        return values.getOrDefault(value, Known.NOTHING);
    }

    /** Finds out what is known of a node's results, from what is of its inputs. */
    void visit(OnnxNode node) {
        if (node.outputs().isEmpty()
                || !(node.domain().isEmpty() || node.domain().equals("ai.onnx"))) {
            return;
        }
        try {
            if (node.opType().equals("Split")) {
                split(node);
            } else {
                put(node.outputs().getFirst(), result(new Call(node)));
            }
        } catch (ArithmeticException
                | IllegalArgumentException
                | IndexOutOfBoundsException
                | NoSuchElementException _) {
            // A graph that contradicts itself, or nothing is known of an input.
        }
    }

    /** Ranks and lists that no model has are left to the run: graphs can double them with every node. */
    private void put(String value, Known known) {
        boolean few = known.shape().map(List::size).orElse(0) <= TensorShape.MAX_RANK
                && known.integers().map(all -> all.values().size()).orElse(0) <= Known.FEW;
        if (few) {
            values.putIfAbsent(value, known);
        }
    }

    /** What {@link #visit} takes for: nothing is known of the result. */
    private static NoSuchElementException unknown() {
        return new NoSuchElementException();
    }

    /** A node with what is known of its inputs. */
    private final class Call {

        private final OnnxNode node;

        Call(OnnxNode node) {
            this.node = node;
        }

        boolean has(int input) {
            return input < node.inputs().size() && !node.inputs().get(input).isEmpty();
        }

        Known known(int input) {
            return of(node.inputs().get(input));
        }

        List<Dim> shape(int input) {
            return known(input).shape().orElseThrow();
        }

        List<Dim> int64(int input) {
            return known(input).int64().orElseThrow();
        }

        int axis(long otherwise, int rank) {
            return from(node.integer("axis", otherwise), rank);
        }

        /** The axes of an input, or of an attribute as older operators have it; empty if there are none. */
        List<Integer> axes(int input, int rank) {
            List<Long> stated = has(input)
                    ? int64(input).stream().map(dim -> (long) dim.number()).toList()
                    : node.integers().getOrDefault("axes", List.of());
            return stated.stream().map(axis -> from(axis, rank)).sorted().toList();
        }

        /** Counted from the end if it is negative. */
        private static int from(long place, int size) {
            return Objects.checkIndex(Math.toIntExact(place < 0 ? place + size : place), size);
        }
    }

    private Known result(Call call) {
        OnnxNode node = call.node;
        return switch (node.opType()) {
            case "Constant" -> constant(node);
            case "Shape" -> shape(call);
            case "Identity" -> call.known(0);
            case "Cast" -> cast(call);
            case "Gather" -> gather(call);
            case "Unsqueeze" -> unsqueeze(call);
            case "Squeeze" -> squeeze(call);
            case "Concat" -> concat(call);
            case "Slice" -> slice(call);
            case "Transpose" -> Known.ofShape(transpose(call));
            case "Reshape" -> reshaped(call.known(0), reshape(call));
            case "Flatten" -> Known.ofShape(flatten(call));
            case "Expand" -> Known.ofShape(broadcast(call.shape(0), call.int64(1)));
            case "ConstantOfShape" -> constantOfShape(call);
            case "Range" -> range(call);
            case "Equal" -> equal(call);
            case "Where" -> where(call);
            case "Add", "Div", "Mod", "Mul", "Sub" -> arithmetic(call);
            case "And", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max", "Min", "Or", "Pow", "Xor" ->
                Known.ofShape(broadcastAll(call));
            case "Abs",
                    "BatchNormalization",
                    "Ceil",
                    "Clip",
                    "Cos",
                    "CumSum",
                    "Dropout",
                    "Elu",
                    "Erf",
                    "Exp",
                    "Floor",
                    "Gelu",
                    "GroupNormalization",
                    "HardSigmoid",
                    "HardSwish",
                    "InstanceNormalization",
                    "LayerNormalization",
                    "LeakyRelu",
                    "Log",
                    "LogSoftmax",
                    "Mish",
                    "Neg",
                    "Not",
                    "Reciprocal",
                    "Relu",
                    "Round",
                    "Sigmoid",
                    "Sin",
                    "Softmax",
                    "Softplus",
                    "Sqrt",
                    "Tanh",
                    "Trilu" -> Known.ofShape(call.shape(0));
            case "MatMul" -> Known.ofShape(matMul(call.shape(0), call.shape(1)));
            case "Gemm" -> Known.ofShape(gemm(call));
            case "Conv" -> Known.ofShape(conv(call));
            case "Resize" -> Known.ofShape(resize(call));
            case "Pad" -> Known.ofShape(pad(call));
            case "Tile" -> Known.ofShape(tile(call));
            case "DepthToSpace" -> Known.ofShape(depthToSpace(call));
            case "ArgMax", "ArgMin" ->
                Known.ofShape(reduce(call, List.of(call.axis(0, call.shape(0).size()))));
            case "ReduceL2", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum" ->
                Known.ofShape(reduce(call, call.axes(1, call.shape(0).size())));
            default -> Known.NOTHING;
        };
    }

    private static Known constant(OnnxNode node) {
        List<Long> list = node.integers().get("value_ints");
        List<Long> single = node.integers().get("value_int");
        return list != null
                ? Known.ofIntegers(list.stream().map(Dim::of).toList())
                : single != null ? Known.ofInteger(Dim.of(single.getFirst())) : Known.NOTHING;
    }

    private static Known shape(Call call) {
        List<Dim> shape = call.shape(0);
        int rank = shape.size();
        int start = bound(Dim.of(call.node.integer("start", 0)), Dim.of(rank)).number();
        int end = bound(Dim.of(call.node.integer("end", rank)), Dim.of(rank)).number();
        return Known.ofIntegers(start < end ? shape.subList(start, end) : List.of());
    }

    private static Known cast(Call call) {
        Known known = call.known(0);
        Known cast = Known.ofShape(call.shape(0));
        return OnnxTypes.ofNumber(call.node.integer("to", 0)).equals(Optional.of(ElementType.I64))
                        && known.integers().isPresent()
                ? cast.with(new Integers(ElementType.I64, known.integers().get().values()))
                : cast;
    }

    private Known gather(Call call) {
        List<Dim> data = call.shape(0);
        List<Dim> indices = call.shape(1);
        int axis = call.axis(0, data.size());
        List<Dim> shape = new ArrayList<>(data.subList(0, axis));
        shape.addAll(indices);
        shape.addAll(data.subList(axis + 1, data.size()));
        Known known = Known.ofShape(shape);
        if (data.size() != 1
                || call.known(0).int64().isEmpty()
                || call.known(1).int64().isEmpty()) {
            return known;
        }
        List<Dim> elements = call.int64(0);
        return known.with(new Integers(
                ElementType.I64,
                call.int64(1).stream()
                        .map(index -> elements.get(Call.from(index.number(), elements.size())))
                        .toList()));
    }

    /** The same elements in another shape, where it is one that elements are known for. */
    private static Known reshaped(Known before, List<Dim> shape) {
        Known after = Known.ofShape(shape);
        return shape.size() <= 1 && before.integers().isPresent()
                ? after.with(before.integers().get())
                : after;
    }

    private static Known unsqueeze(Call call) {
        List<Dim> shape = new ArrayList<>(call.shape(0));
        int rank = shape.size()
                + (call.has(1)
                        ? call.int64(1).size()
                        : call.node.integers().getOrDefault("axes", List.of()).size());
        for (int axis : call.axes(1, rank)) {
            shape.add(axis, Dim.of(1));
        }
        return reshaped(call.known(0), shape);
    }

    private static Known squeeze(Call call) {
        List<Dim> shape = new ArrayList<>(call.shape(0));
        List<Integer> axes = call.axes(1, shape.size());
        if (axes.isEmpty()) {
            throw unknown();
        }
        for (int axis : axes.reversed()) {
            shape.remove(axis);
        }
        return reshaped(call.known(0), shape);
    }

    private Known concat(Call call) {
        List<List<Dim>> shapes = new ArrayList<>();
        List<Dim> elements = new ArrayList<>();
        boolean all = true;
        for (int i = 0; i < call.node.inputs().size(); i++) {
            shapes.add(call.shape(i));
            Optional<List<Dim>> part = call.known(i).int64();
            all &= part.isPresent();
            part.ifPresent(elements::addAll);
        }
        int axis = call.axis(0, shapes.getFirst().size());
        List<Dim> shape = new ArrayList<>(shapes.getFirst());
        Dim sum = Dim.of(0);
        for (List<Dim> part : shapes) {
            sum = numbers.sum(sum, part.get(axis));
        }
        shape.set(axis, sum);
        Known known = Known.ofShape(shape);
        return all && shape.size() == 1 ? known.with(new Integers(ElementType.I64, elements)) : known;
    }

    private Known slice(Call call) {
        List<Dim> shape = new ArrayList<>(call.shape(0));
        List<Dim> starts = call.int64(1);
        List<Dim> ends = call.int64(2);
        List<Integer> axes = call.has(3)
                ? call.int64(3).stream()
                        .map(axis -> Call.from(axis.number(), shape.size()))
                        .toList()
                : IntStream.range(0, starts.size()).boxed().toList();
        List<Dim> elements = call.known(0).int64().orElse(null);
        for (int i = 0; i < axes.size(); i++) {
            if (call.has(4) && !call.int64(4).get(i).is(1)) {
                throw unknown();
            }
            Dim length = shape.get(axes.get(i));
            Dim start = bound(starts.get(i), length);
            Dim end = bound(ends.get(i), length);
            shape.set(axes.get(i), numbers.difference(end, start));
            if (elements != null) {
                elements = elements.subList(start.number(), Math.max(start.number(), end.number()));
            }
        }
        Known known = Known.ofShape(shape);
        return elements == null ? known : known.with(new Integers(ElementType.I64, elements));
    }

    /**
     * Where a slice begins or ends. What is not known is taken to be inside a length that is, as in tables of positions: what
     * is made of one too long fails in any case.
     */
    private static Dim bound(Dim stated, Dim length) {
        if (stated.is(0) || stated.equals(length) || (!stated.isNumber() && length.isNumber())) {
            return stated;
        }
        if (!stated.isNumber()) {
            throw unknown();
        }
        if (length.isNumber()) {
            long from = stated.factor() < 0 ? stated.factor() + length.factor() : stated.factor();
            return Dim.of(Math.clamp(from, 0, length.factor()));
        }
        if (stated.factor() >= Integer.MAX_VALUE) {
            return length;
        }
        throw unknown();
    }

    private void split(OnnxNode node) {
        Call call = new Call(node);
        List<Dim> shape = call.shape(0);
        int axis = call.axis(0, shape.size());
        int parts = node.outputs().size();
        for (int i = 0; i < parts; i++) {
            Dim part;
            if (call.has(1)) {
                part = call.int64(1).get(i);
            } else if (node.integers().containsKey("split")) {
                part = Dim.of(node.integers().get("split").get(i));
            } else if (shape.get(axis).factor() % parts == 0) {
                part = numbers.quotient(shape.get(axis), Dim.of(parts));
            } else {
                throw unknown();
            }
            List<Dim> result = new ArrayList<>(shape);
            result.set(axis, part);
            put(node.outputs().get(i), Known.ofShape(result));
        }
    }

    private static List<Dim> transpose(Call call) {
        List<Dim> shape = call.shape(0);
        List<Long> order = call.node.integers().get("perm");
        return order == null
                ? shape.reversed()
                : order.stream().map(axis -> shape.get(axis.intValue())).toList();
    }

    private List<Dim> reshape(Call call) {
        List<Dim> target = call.int64(1);
        if (call.node.integer("allowzero", 0) != 0) {
            throw unknown();
        }
        List<Dim> shape = new ArrayList<>();
        Dim stated = Dim.of(1);
        int open = -1;
        for (int i = 0; i < target.size(); i++) {
            Dim dim = target.get(i).is(0) ? call.shape(0).get(i) : target.get(i);
            if (dim.is(-1)) {
                open = i;
            } else {
                stated = numbers.product(stated, dim);
            }
            shape.add(dim);
        }
        if (open >= 0) {
            shape.set(open, numbers.quotient(numbers.product(call.shape(0)), stated));
        }
        return shape;
    }

    private List<Dim> flatten(Call call) {
        List<Dim> shape = call.shape(0);
        int axis = call.axis(1, shape.size() + 1);
        return List.of(numbers.product(shape.subList(0, axis)), numbers.product(shape.subList(axis, shape.size())));
    }

    private Known constantOfShape(Call call) {
        List<Dim> shape = call.int64(0);
        Known filled = Known.ofShape(shape);
        Known fill = facts.fills().get(call.node.outputs().getFirst());
        if (fill == null) {
            return filled.filledWith(0);
        }
        if (fill.fill().isPresent()) {
            return filled.filledWith(fill.fill().get());
        }
        // A list of ones of known length is what exporters compare shapes with.
        return fill.int64().isPresent()
                        && shape.size() == 1
                        && shape.getFirst().isNumber()
                        && shape.getFirst().number() <= 8
                ? filled.with(new Integers(
                        ElementType.I64,
                        Collections.nCopies(
                                shape.getFirst().number(), fill.int64().get().getFirst())))
                : filled;
    }

    private static Known range(Call call) {
        if (call.int64(0).getFirst().is(0) && call.int64(2).getFirst().is(1)) {
            return Known.ofShape(List.of(call.int64(1).getFirst()));
        }
        throw unknown();
    }

    private Known equal(Call call) {
        Known known = Known.ofShape(broadcastAll(call));
        Optional<List<Dim>> a = call.known(0).int64();
        Optional<List<Dim>> b = call.known(1).int64();
        if (a.isEmpty() || b.isEmpty()) {
            return known;
        }
        int count = Math.max(a.get().size(), b.get().size());
        List<Dim> elements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Dim x = at(a.get(), i);
            Dim y = at(b.get(), i);
            boolean same = x.equals(y);
            if (!same && !differ(x, y) && !differ(y, x)) {
                return known;
            }
            elements.add(Dim.of(same ? 1 : 0));
        }
        return known.with(new Integers(ElementType.BOOL, elements));
    }

    /** Whether two are sure to differ, as far as one side shows: a dimension is never negative. */
    private static boolean differ(Dim a, Dim b) {
        return b.isNumber() && (a.isNumber() ? a.factor() != b.factor() : a.factor() > 0 && b.factor() < 0);
    }

    private Known where(Call call) {
        Known known = Known.ofShape(broadcastAll(call));
        Optional<Integers> condition = call.known(0).integers();
        Optional<List<Dim>> yes = call.known(1).int64();
        Optional<List<Dim>> no = call.known(2).int64();
        if (condition.isEmpty()
                || yes.isEmpty()
                || no.isEmpty()
                || known.shape().get().size() > 1) {
            return known;
        }
        List<Dim> elements = new ArrayList<>();
        int count = Math.max(
                condition.get().values().size(),
                Math.max(yes.get().size(), no.get().size()));
        for (int i = 0; i < count; i++) {
            elements.add(at(at(condition.get().values(), i).is(1) ? yes.get() : no.get(), i));
        }
        return known.with(new Integers(ElementType.I64, elements));
    }

    private static Dim at(List<Dim> elements, int i) {
        return elements.size() == 1 ? elements.getFirst() : elements.get(i);
    }

    private Known arithmetic(Call call) {
        Known known = Known.ofShape(broadcastAll(call));
        String operator = call.node.opType();
        Optional<Float> fill = call.known(0).fill();
        Optional<Float> otherFill = call.known(1).fill();
        if (operator.equals("Mul") && fill.isPresent() && otherFill.isPresent()) {
            return known.filledWith(fill.get() * otherFill.get());
        }
        Optional<List<Dim>> a = call.known(0).int64();
        Optional<List<Dim>> b = call.known(1).int64();
        if (a.isEmpty() || b.isEmpty()) {
            return known;
        }
        List<Dim> elements = new ArrayList<>();
        for (int i = 0; i < Math.max(a.get().size(), b.get().size()); i++) {
            Dim x = at(a.get(), i);
            Dim y = at(b.get(), i);
            elements.add(
                    switch (operator) {
                        case "Add" -> numbers.sum(x, y);
                        case "Sub" -> numbers.difference(x, y);
                        case "Mul" -> numbers.product(x, y);
                        case "Mod" -> Dim.of(Math.floorMod(x.number(), y.number()));
                        default -> numbers.quotient(x, y);
                    });
        }
        return known.with(new Integers(ElementType.I64, elements));
    }

    private List<Dim> broadcastAll(Call call) {
        List<Dim> shape = List.of();
        for (int i = 0; i < call.node.inputs().size(); i++) {
            shape = broadcast(shape, call.shape(i));
        }
        return shape;
    }

    private List<Dim> broadcast(List<Dim> a, List<Dim> b) {
        List<Dim> longer = a.size() >= b.size() ? a : b;
        List<Dim> shorter = a.size() >= b.size() ? b : a;
        List<Dim> shape = new ArrayList<>(longer);
        int first = longer.size() - shorter.size();
        for (int i = 0; i < shorter.size(); i++) {
            Dim x = longer.get(first + i);
            Dim y = shorter.get(i);
            if (x.is(1) || (!x.isNumber() && y.isNumber() && !y.is(1))) {
                shape.set(first + i, y);
            } else if (!x.equals(y) && !y.is(1) && !x.isNumber()) {
                shape.set(first + i, numbers.computed("broadcast", x, y));
            }
        }
        return shape;
    }

    private List<Dim> matMul(List<Dim> a, List<Dim> b) {
        if (a.size() < 2 || b.size() < 2) {
            throw unknown();
        }
        List<Dim> shape = new ArrayList<>(broadcast(a.subList(0, a.size() - 2), b.subList(0, b.size() - 2)));
        shape.add(a.get(a.size() - 2));
        shape.add(b.getLast());
        return shape;
    }

    private static List<Dim> gemm(Call call) {
        List<Dim> a = call.shape(0);
        List<Dim> b = call.shape(1);
        return List.of(
                a.get(call.node.integer("transA", 0) == 0 ? 0 : 1), b.get(call.node.integer("transB", 0) == 0 ? 1 : 0));
    }

    /** {@code ⌊(length + pads − dilation (kernel − 1) − 1) / stride⌋ + 1} in each direction. */
    private List<Dim> conv(Call call) {
        List<Dim> image = call.shape(0);
        List<Dim> weight = call.shape(1);
        int directions = image.size() - 2;
        Map<String, List<Long>> integers = call.node.integers();
        List<Long> ones = Collections.nCopies(directions, 1L);
        List<Long> pads = integers.get("pads");
        if (facts.padded().contains(call.node.outputs().getFirst())) {
            throw unknown();
        }
        List<Dim> shape = new ArrayList<>(List.of(image.getFirst(), weight.getFirst()));
        for (int i = 0; i < directions; i++) {
            long pad = pads == null ? 0 : pads.get(i) + pads.get(directions + i);
            long stride = integers.getOrDefault("strides", ones).get(i);
            long reach = integers.getOrDefault("dilations", ones).get(i)
                    * (weight.get(2 + i).number() - 1);
            Dim room = numbers.sum(image.get(2 + i), Dim.of(pad - reach - 1));
            shape.add(
                    stride == 1 && pad == reach
                            ? image.get(2 + i)
                            : numbers.sum(numbers.quotient(room, Dim.of(stride)), Dim.of(1)));
        }
        return shape;
    }

    private List<Dim> resize(Call call) {
        if (call.has(3)) {
            return call.int64(3);
        }
        List<Dim> shape = call.shape(0);
        float[] scales = call.has(2) ? facts.floats().get(call.node.inputs().get(2)) : null;
        if (scales == null || scales.length != shape.size()) {
            throw unknown();
        }
        List<Dim> resized = new ArrayList<>();
        for (int i = 0; i < scales.length; i++) {
            if (scales[i] != (int) scales[i]) {
                throw unknown();
            }
            resized.add(numbers.product(shape.get(i), Dim.of((int) scales[i])));
        }
        return resized;
    }

    private List<Dim> pad(Call call) {
        List<Dim> shape = call.shape(0);
        List<Dim> pads = call.int64(1);
        if (call.has(3)) {
            throw unknown();
        }
        List<Dim> padded = new ArrayList<>();
        for (int i = 0; i < shape.size(); i++) {
            padded.add(numbers.sum(shape.get(i), numbers.sum(pads.get(i), pads.get(shape.size() + i))));
        }
        return padded;
    }

    private List<Dim> tile(Call call) {
        List<Dim> shape = call.shape(0);
        List<Dim> repeats = call.int64(1);
        return IntStream.range(0, shape.size())
                .mapToObj(i -> numbers.product(shape.get(i), repeats.get(i)))
                .toList();
    }

    private List<Dim> depthToSpace(Call call) {
        List<Dim> shape = call.shape(0);
        Dim block = Dim.of(call.node.integer("blocksize", 1));
        return List.of(
                shape.get(0),
                numbers.quotient(shape.get(1), numbers.product(block, block)),
                numbers.product(shape.get(2), block),
                numbers.product(shape.get(3), block));
    }

    private static List<Dim> reduce(Call call, List<Integer> axes) {
        List<Dim> shape = new ArrayList<>(call.shape(0));
        if (axes.isEmpty()) {
            throw unknown();
        }
        for (int axis : axes.reversed()) {
            if (call.node.integer("keepdims", 1) == 1) {
                shape.set(axis, Dim.of(1));
            } else {
                shape.remove(axis);
            }
        }
        return shape;
    }
}
