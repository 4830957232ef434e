package dev.finexl.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The models that are part of the program: folders and files below {@code models/} on the class path. Their list is a
 * file beside them, {@code models/index.txt}, since a class path cannot be listed without a scan of its jars. Each line
 * is a kind and a path below {@code models/}.
 */
final class BundledModels {

    static final String SCHEME = "classpath:";
    private static final String ROOT = "models/";
    private static final String INDEX = ROOT + "index.txt";

    private final List<CatalogueEntry> entries;

    BundledModels() {
        this.entries = readIndex();
    }

    List<CatalogueEntry> entries() {
        return entries;
    }

    Optional<CatalogueEntry> find(String id) {
        return entries.stream().filter(e -> e.reference().equals(SCHEME + id)).findFirst();
    }

    private static List<CatalogueEntry> readIndex() {
        List<CatalogueEntry> entries = new ArrayList<>();
        for (String line : readLines()) {
            String[] words = line.split("\\s+");
            entries.add(entry(ModelKind.valueOf(words[0]), words[1]));
        }
        return List.copyOf(entries);
    }

    private static CatalogueEntry entry(ModelKind kind, String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (kind == ModelKind.LORA) {
            String id = name.substring(0, name.length() - Catalogue.SAFETENSORS.length());
            String folder = path.substring(0, path.length() - name.length() - 1);
            return new CatalogueEntry(SCHEME + id, kind, files(SCHEME + folder, folder), name);
        }
        return new CatalogueEntry(SCHEME + name, kind, files(SCHEME + name, path), "");
    }

    private static ModelFiles files(String reference, String path) {
        return new ClasspathFiles(reference, BundledModels.class.getClassLoader(), ROOT + path);
    }

    private static List<String> readLines() {
        try (InputStream in = BundledModels.class.getClassLoader().getResourceAsStream(INDEX)) {
            if (in == null) {
                throw new IllegalStateException("the program was built without its resource " + INDEX);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
