package dev.finexl.store;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model whose files lie in several places. Exists because what is opened, hashed and compared is one model, though its
 * maker may have left parts of it with another: a fine-tune without what it did not change, a generator without its
 * encoder. Whoever reads such files need not know.
 */
public final class RoutedFiles implements ModelFiles {

    private final String reference;
    private final List<Layer> layers;

    /**
     * A place where files lie.
     *
     * @param mount what stands before their names here, empty or a folder with its {@code /}
     * @param files the place
     * @param folder what stands before their names there
     * @param whole whether what it has not is nowhere
     */
    private record Layer(String mount, ModelFiles files, String folder, boolean whole) {

        private Layer(String mount, ModelFiles files, String folder) {
            this(mount, files, folder, false);
        }

        boolean answersFor(String name) {
            return name.startsWith(mount) && (whole || files.has(there(name)));
        }

        String there(String name) {
            return folder + name.substring(mount.length());
        }
    }

    private RoutedFiles(String reference, List<Layer> layers) {
        this.reference = reference;
        this.layers = layers;
    }

    /** @param folder a folder of the model with its {@code /}, whose files are the whole model here */
    public static ModelFiles folder(ModelFiles files, String folder) {
        return new RoutedFiles(
                files.reference() + "/" + folder.substring(0, folder.length() - 1),
                List.of(new Layer("", files, folder)));
    }

    /** A model that has, where it lacks a file, that of another. */
    public static ModelFiles completed(ModelFiles own, ModelFiles other) {
        return new RoutedFiles(own.reference(), List.of(new Layer("", own, ""), new Layer("", other, "")));
    }

    /**
     * A model with another as a folder of it.
     *
     * @param folder with its {@code /}
     */
    public static ModelFiles mounted(ModelFiles own, String folder, ModelFiles other) {
        return new RoutedFiles(own.reference(), List.of(new Layer("", own, ""), new Layer(folder, other, "")));
    }

    /**
     * A model with some folders of another in the place of its own. Each counts as a whole: a file that it lacks is missing.
     *
     * @param folders by folder here with its {@code /}, the folder there with its {@code /}, or nothing for all that is there
     */
    public static ModelFiles replaced(ModelFiles base, ModelFiles own, Map<String, String> folders) {
        List<Layer> layers = new ArrayList<>();
        folders.forEach((here, there) -> layers.add(new Layer(here, own, there, true)));
        layers.add(new Layer("", base, ""));
        return new RoutedFiles(own.reference(), layers);
    }

    /** The first place that has the file; for one that is nowhere, the first, which has the right words for that. */
    private Layer layer(String name) {
        return layers.stream()
                .filter(layer -> layer.answersFor(name))
                .findFirst()
                .orElse(layers.getFirst());
    }

    @Override
    public String reference() {
        return reference;
    }

    @Override
    public boolean has(String name) {
        Layer layer = layer(name);
        return layer.files().has(layer.there(name));
    }

    @Override
    public List<String> names() {
        Layer own = layers.getFirst();
        return own.folder().isEmpty() ? own.files().names() : List.of();
    }

    @Override
    public long size(String name) {
        Layer layer = layer(name);
        return layer.files().size(layer.there(name));
    }

    @Override
    public InputStream open(String name) throws IOException {
        Layer layer = layer(name);
        return layer.files().open(layer.there(name));
    }

    @Override
    public MemorySegment map(String name) throws IOException {
        Layer layer = layer(name);
        return layer.files().map(layer.there(name));
    }

    @Override
    public Optional<Path> path(String name) {
        Layer layer = layer(name);
        return layer.files().path(layer.there(name));
    }

    @Override
    public String fingerprint() {
        return String.join(
                "+",
                layers.stream()
                        .map(layer ->
                                layer.files().reference() + "@" + layer.files().fingerprint())
                        .distinct()
                        .toList());
    }

    @Override
    public String sha256(String name) throws IOException {
        Layer layer = layer(name);
        return layer.files().sha256(layer.there(name));
    }
}
