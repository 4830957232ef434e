package dev.finexl.evaluate;

import dev.finexl.explain.InvalidRequestException;
import dev.finexl.store.DirectoryFiles;
import dev.finexl.store.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Personalisations whose truth is known: a folder of folders, each with a {@code truth.json} and either one LoRA
 * ({@code pytorch_lora_weights.safetensors}, or the only {@code *.safetensors}), or a whole model
 * ({@code model_index.json}), or the folders of pictures {@code base} and {@code personalized}, or a truth that names LoRAs of
 * the same zoo to be stacked. Folders without a
 * {@code truth.json} are none of its business.
 */
final class Zoo {

    private static final int MOST = 10_000;
    private static final String USUAL_LORA = "pytorch_lora_weights.safetensors";

    private Zoo() {}

    /**
     * Reads the truth of every personalisation, and none of their weights.
     *
     * @return sorted by name
     * @throws InvalidRequestException if there is no such folder, or nothing in it
     * @throws ModelFileException if a personalisation's folder is not as described
     */
    static List<Specimen> read(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InvalidRequestException("zoo", "'%s' is not a folder".formatted(folder));
        }
        List<Specimen> specimens = new ArrayList<>();
        List<Path> children = children(folder);
        for (Path child : children) {
            if (Files.isRegularFile(child.resolve(Truth.FILE))) {
                String name = child.getFileName().toString();
                DirectoryFiles files = new DirectoryFiles(child.toString(), child);
                Truth truth = Truth.read(files);
                specimens.add(new Specimen(name, truth, form(children, child, truth)));
            }
        }
        if (specimens.isEmpty() || specimens.size() > MOST) {
            throw new InvalidRequestException(
                    "zoo",
                    "expected 1 to %d folders with a %s in '%s', but there are %d"
                            .formatted(MOST, Truth.FILE, folder, specimens.size()));
        }
        return specimens;
    }

    private static Specimen.Form form(List<Path> zoo, Path folder, Truth truth) {
        boolean model = Files.isRegularFile(folder.resolve("model_index.json"));
        Path base = folder.resolve("base");
        Path personalized = folder.resolve("personalized");
        boolean pictures = Files.isDirectory(base) && Files.isDirectory(personalized);
        boolean stack = !truth.stack().isEmpty();
        List<Path> loras = loras(folder);
        if (loras.size()
                        + Stream.of(model, pictures, stack)
                                .filter(there -> there)
                                .count()
                != 1) {
            throw new ModelFileException(
                    ("%s: expected exactly one of a LoRA (%s, or the only .safetensors file), a whole model"
                                    + " (model_index.json), two folders of pictures (base, personalized) and a stack of the"
                                    + " zoo's LoRAs (stack in %s)")
                            .formatted(folder, USUAL_LORA, Truth.FILE));
        }
        if (model) {
            return new Specimen.Model(folder);
        }
        if (pictures) {
            return new Specimen.Pictures(base, personalized);
        }
        return new Specimen.Loras(
                stack
                        ? truth.stack().entrySet().stream()
                                .map(lora ->
                                        new Specimen.Weighted(stacked(zoo, folder, lora.getKey()), lora.getValue()))
                                .toList()
                        : List.of(new Specimen.Weighted(loras.getFirst(), 1)));
    }

    /** The file of another personalisation: one of the zoo's own folders, and nothing elsewhere. */
    private static Path stacked(List<Path> zoo, Path folder, String name) {
        List<Path> loras = zoo.stream()
                .filter(child -> child.getFileName().toString().equals(name) && Files.isDirectory(child))
                .flatMap(child -> loras(child).stream())
                .toList();
        if (loras.size() != 1) {
            throw new ModelFileException(
                    "%s: %s stacks '%s', expected the folder of a LoRA beside it".formatted(folder, Truth.FILE, name));
        }
        return loras.getFirst();
    }

    private static List<Path> loras(Path folder) {
        Path usual = folder.resolve(USUAL_LORA);
        return Files.isRegularFile(usual)
                ? List.of(usual)
                : children(folder).stream()
                        .filter(file -> file.getFileName().toString().endsWith(".safetensors"))
                        .toList();
    }

    private static List<Path> children(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.sorted().toList();
        } catch (IOException e) {
            throw new ModelFileException("%s: the folder cannot be listed: %s".formatted(folder, e), e);
        }
    }
}
