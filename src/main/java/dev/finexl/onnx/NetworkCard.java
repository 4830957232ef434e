package dev.finexl.onnx;

import dev.finexl.store.ElementType;
import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What an ONNX file says of itself without being opened.
 *
 * @param file its name in the model
 * @param types the number formats that take a hundredth of its weights' bytes or more, the largest share first
 * @param bytes of its weights, also those in files beside it
 */
public record NetworkCard(String file, List<String> types, long bytes) {

    /**
     * @param name the ONNX file, e.g. {@code unet/model.onnx}
     * @throws dev.finexl.store.ModelFileException if there is no such file or it is refused
     */
    public static NetworkCard read(ModelFiles files, String name) throws IOException {
        Map<ElementType, Long> bytes = new EnumMap<>(ElementType.class);
        for (OnnxInitializer weight : OnnxGraph.read(files, name).initializers().values()) {
            bytes.merge(weight.type(), weight.byteSize(), Long::sum);
        }
        long all = bytes.values().stream().mapToLong(Long::longValue).sum();
        List<String> types = bytes.entrySet().stream()
                .filter(type -> 100 * type.getValue() >= all)
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .map(type -> type.getKey().name())
                .toList();
        return new NetworkCard(name, types, all);
    }
}
