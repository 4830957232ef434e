package dev.finexl.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The models that are part of the program: folders and files below {@code models/} on the class path. Their list is a
 * file beside them, {@code models/index.txt}, since a class path cannot be listed without a scan of its jars. Each line
 * is a kind and a path below {@code models/}. The SHA-256 of their files lie there too, as {@code sha256sum} prints them, so
 * that no start has to work them out.
 */
final class BundledModels {

    static final String SCHEME = "classpath:";
    private static final String ROOT = "models/";
    private static final String INDEX = ROOT + "index.txt";
    private static final String HASHES = ROOT + "sha256.txt";

    private final Map<String, String> hashes;
    private final List<CatalogueEntry> entries;

    BundledModels() {
        this.hashes = readHashes();
        this.entries = readIndex();
    }

    /** The SHA-256 of every file by its path below {@code models/}. */
    Map<String, String> hashes() {
        return hashes;
    }

    List<CatalogueEntry> entries() {
        return entries;
    }

    Optional<CatalogueEntry> find(String id) {
        return entries.stream().filter(e -> e.reference().equals(SCHEME + id)).findFirst();
    }

    private static Map<String, String> readHashes() {
        return readLines(HASHES).stream()
                .map(line -> line.split("\\s+", 2))
                .collect(Collectors.toUnmodifiableMap(words -> words[1], words -> words[0]));
    }

    private List<CatalogueEntry> readIndex() {
        List<CatalogueEntry> entries = new ArrayList<>();
        for (String line : readLines(INDEX)) {
            String[] words = line.split("\\s+");
            entries.add(entry(ModelKind.valueOf(words[0]), words[1]));
        }
        return List.copyOf(entries);
    }

    private CatalogueEntry entry(ModelKind kind, String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (kind == ModelKind.LORA) {
            String id = name.substring(0, name.length() - Catalogue.SAFETENSORS.length());
            String folder = path.substring(0, path.length() - name.length() - 1);
            return new CatalogueEntry(SCHEME + id, kind, files(SCHEME + folder, folder), name);
        }
        return new CatalogueEntry(SCHEME + name, kind, files(SCHEME + name, path), "");
    }

    private ModelFiles files(String reference, String path) {
        return new ClasspathFiles(
                reference,
                BundledModels.class.getClassLoader(),
                ROOT + path,
                name -> Optional.ofNullable(hashes.get(path + "/" + name)));
    }

    private static List<String> readLines(String resource) {
        try (InputStream in = BundledModels.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the program was built without its resource " + resource);
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
