package dev.finexl.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Set;

/**
 * Reads a <a href="https://github.com/huggingface/safetensors#format">safetensors</a> file where it lies in memory.
 *
 * <p>Such files come from strangers, and their header says where every tensor is. So the whole header is checked before
 * any number is read: its length, its JSON, that each tensor's bytes are as many as its shape and type need, and that the
 * tensors together cover the data exactly, with no overlap, no hole and nothing after the end. Data is never copied until
 * {@link #floats} asks for it.
 */
public final class Safetensors {

    private final String file;
    private final MemorySegment data;
    private final SafetensorsHeader header;

    private Safetensors(String file, MemorySegment data, SafetensorsHeader header) {
        this.file = file;
        this.data = data;
        this.header = header;
    }

    /**
     * Maps and checks a file of a model.
     *
     * @throws ModelFileException if there is no such file or it is not well formed; the message names the file and, where
     *     one is to blame, the tensor
     */
    public static Safetensors read(ModelFiles model, String name) throws IOException {
        return of("%s: file '%s'".formatted(model.reference(), name), model.map(name));
    }

    /**
     * Checks a file that is already in memory.
     *
     * @param file how messages call it
     * @param bytes the whole file; it must stay valid as long as this object is used
     * @throws ModelFileException if it is not well formed
     */
    public static Safetensors of(String file, MemorySegment bytes) {
        SafetensorsHeader header = SafetensorsHeader.parse(file, bytes);
        return new Safetensors(file, bytes.asSlice(bytes.byteSize() - header.dataSize()), header);
    }

    /** How messages call the file. */
    public String file() {
        return file;
    }

    /** The names of all tensors, in the header's order. */
    public Set<String> names() {
        return header.tensors().keySet();
    }

    /** The free text entries under {@code __metadata__}, in the header's order; empty where there are none. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /** The shape of a tensor. */
    public TensorShape shape(String name) {
        return tensor(name).shape();
    }

    /** The number format of a tensor. */
    public ElementType type(String name) {
        return tensor(name).type();
    }

    /** The bytes of a tensor where they are, read-only, little-endian, row-major, at any alignment. */
    public MemorySegment bytes(String name) {
        SafetensorsHeader.Entry tensor = tensor(name);
        return data.asSlice(tensor.begin(), tensor.end() - tensor.begin()).asReadOnly();
    }

    /**
     * A copy of a tensor's elements as float32, row-major.
     *
     * @throws ModelFileException if the type is not F32, F16 or BF16, or if there are more elements than an array holds
     */
    public float[] floats(String name) {
        SafetensorsHeader.Entry tensor = tensor(name);
        if (!Floats.convertible(tensor.type())) {
            throw new ModelFileException(
                    "%s: tensor '%s' has type %s; expected F32, F16 or BF16".formatted(file, name, tensor.type()));
        }
        long elements = tensor.shape().elements();
        // A few elements below the largest int, which is where virtual machines put the limit of arrays.
        if (elements > Integer.MAX_VALUE - 8) {
            throw new ModelFileException(
                    "%s: tensor '%s' has %d elements; expected fewer than 2^31".formatted(file, name, elements));
        }
        float[] values = new float[(int) elements];
        Floats.load(tensor.type(), bytes(name), 0, values);
        return values;
    }

    private SafetensorsHeader.Entry tensor(String name) {
        SafetensorsHeader.Entry tensor = header.tensors().get(name);
        if (tensor == null) {
            throw new ModelFileException("%s: there is no tensor '%s'".formatted(file, name));
        }
        return tensor;
    }
}
