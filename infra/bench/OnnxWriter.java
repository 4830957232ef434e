import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Writes an ONNX file as the exporters do, node by node: {@code model.onnx} with the graph, and {@code model.onnx_data} beside it with
 * the weights, which are random.
 */
final class OnnxWriter implements AutoCloseable {

    private static final String FILE = "model.onnx";
    private static final String DATA = "model.onnx_data";
    private static final int IR_VERSION = 8;
    private static final int OPSET = 18;
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int EXTERNAL = 1;
    /** Exporters leave smaller ones in the file itself. */
    private static final int EXTERNAL_FROM = 1024;

    private static final int BUFFER = 1 << 20;

    private final Path folder;
    private final FileChannel data;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private final SplittableRandom random = new SplittableRandom(1);
    private final Proto graph = new Proto().text(2, "main_graph");
    /** How often a name was given, since nodes of one module have the same. */
    private final Map<String, Integer> names = new HashMap<>();

    private long parameters;

    OnnxWriter(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.data = FileChannel.open(
                folder.resolve(DATA),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
    }

    /** The numbers in all weights so far. */
    long parameters() {
        return parameters;
    }

    /** An attribute of a node. */
    record Attribute(String name, Object value) {

        private Proto proto() {
            Proto proto = new Proto().text(1, name);
            return switch (value) {
                case Float number -> proto.number(2, number).number(20, 1);
                case Integer number -> proto.number(3, number).number(20, 2);
                case String text -> proto.text(4, text).number(20, 3);
                case Proto tensor -> proto.message(5, tensor).number(20, 4);
                case int[] numbers -> {
                    Arrays.stream(numbers).forEach(number -> proto.number(8, number));
                    yield proto.number(20, 7);
                }
                default -> throw new IllegalArgumentException("no attribute is a " + value.getClass());
            };
        }
    }

    static Attribute attribute(String name, Object value) {
        return new Attribute(name, value);
    }

    /**
     * Adds a node with one output, which has the name that is returned.
     *
     * @param module path of the module that it is of, as exporters put it before the name; they also have the name of a
     *     linear layer's product from there
     */
    String node(String module, String type, List<String> inputs, Attribute... attributes) {
        String name = module + "/" + type;
        int before = names.merge(name, 1, Integer::sum) - 1;
        name = before == 0 ? name : name + "_" + before;
        String output = name + "_output_0";
        Proto node = new Proto();
        inputs.forEach(input -> node.text(1, input));
        node.text(2, output).text(3, name).text(4, type);
        for (Attribute attribute : attributes) {
            node.message(5, attribute.proto());
        }
        graph.message(1, node);
        return output;
    }

    /** A constant of whole numbers: a vector, or a scalar. */
    String whole(String module, boolean vector, long... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(numbers);
        return constant(module, tensor(INT64, vector ? new long[] {numbers.length} : new long[0], bytes));
    }

    /** A constant vector. */
    String vector(String module, float... numbers) {
        return constant(module, tensor(FLOAT, new long[] {numbers.length}, floats(numbers)));
    }

    /** A constant number. */
    String scalar(String module, float number) {
        return constant(module, tensor(FLOAT, new long[0], floats(number)));
    }

    private static ByteBuffer floats(float... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        return bytes;
    }

    private String constant(String module, Proto tensor) {
        return node(module, "Constant", List.of(), attribute("value", tensor));
    }

    private static Proto tensor(int type, long[] shape, ByteBuffer bytes) {
        return described(type, shape).bytes(9, ByteString.copyFrom(bytes.array()));
    }

    private static Proto described(int type, long[] shape) {
        Proto tensor = new Proto();
        for (long size : shape) {
            tensor.number(1, size);
        }
        return tensor.number(2, type);
    }

    /** Adds a weight whose numbers lie evenly in [−bound, bound], and returns its name. */
    String weight(String name, float bound, long... shape) throws IOException {
        long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        parameters += count;
        Proto tensor = described(FLOAT, shape).text(8, name);
        long bytes = count * Float.BYTES;
        if (bytes < EXTERNAL_FROM) {
            ByteBuffer inline = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
            fill(inline, bound);
            tensor.bytes(9, ByteString.copyFrom(inline.array()));
        } else {
            long offset = data.position();
            for (long left = bytes; left > 0; left -= buffer.limit()) {
                buffer.clear().limit((int) Math.min(BUFFER, left));
                fill(buffer, bound);
                buffer.flip();
                while (buffer.hasRemaining()) {
                    data.write(buffer);
                }
            }
            tensor.message(13, entry("location", DATA))
                    .message(13, entry("offset", Long.toString(offset)))
                    .message(13, entry("length", Long.toString(bytes)))
                    .number(14, EXTERNAL);
        }
        graph.message(5, tensor);
        return name;
    }

    private void fill(ByteBuffer bytes, float bound) {
        float unit = bound / Integer.MIN_VALUE;
        while (bytes.hasRemaining()) {
            bytes.putFloat(unit * random.nextInt());
        }
    }

    private static Proto entry(String key, String value) {
        return new Proto().text(1, key).text(2, value);
    }

    /** Declares an input of float numbers; a dimension that is not a number is one that callers choose. */
    void input(String name, String... dimensions) {
        graph.message(11, value(name, dimensions));
    }

    /** Declares an output of float numbers, of a value that some node has. */
    void output(String name, String value, String... dimensions) {
        graph.message(1, new Proto().text(1, value).text(2, name).text(3, name).text(4, "Identity"));
        graph.message(12, value(name, dimensions));
    }

    private static Proto value(String name, String... dimensions) {
        Proto shape = new Proto();
        for (String dimension : dimensions) {
            boolean known = IntStream.range(0, dimension.length()).allMatch(i -> Character.isDigit(dimension.charAt(i)));
            shape.message(
                    1, known ? new Proto().number(1, Long.parseLong(dimension)) : new Proto().text(2, dimension));
        }
        Proto tensor = new Proto().number(1, FLOAT).message(2, shape);
        return new Proto().text(1, name).message(2, new Proto().message(1, tensor));
    }

    /** Writes the graph. */
    void finish() throws IOException {
        Proto model = new Proto()
                .number(1, IR_VERSION)
                .message(7, graph)
                .message(8, new Proto().number(2, OPSET));
        Files.write(folder.resolve(FILE), model.toByteArray());
    }

    @Override
    public void close() throws IOException {
        data.close();
    }
}
