package dev.finexl.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds models by reference, and is the one place that decides which files of this machine may be read as models.
 *
 * <p>A reference is
 *
 * <ul>
 *   <li>{@code classpath:ID}: a model that is part of the program;
 *   <li>{@code ID}: the same, or else a folder {@code ID} or a file {@code ID.safetensors} directly in one of the roots;
 *   <li>a path, absolute or relative to the working directory, of a folder or of a {@code .safetensors} file that lies,
 *       with all links followed, in one of the roots;
 *   <li>{@code s3://bucket/prefix}, where {@link RemoteModels} has such and allows it.
 * </ul>
 */
public final class Catalogue {

    /** How the names of LoRAs' files end. */
    public static final String SAFETENSORS = ".safetensors";

    private static final int LONGEST_REFERENCE = 1000;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+-]+):.*");

    private final BundledModels bundled;
    private final List<Path> roots;
    private final RemoteModels remote;
    private final Transfer transfer;
    private final Map<String, Path> folders;
    private final Own own;

    /**
     * Without models from elsewhere.
     *
     * @param roots folders in which models may be read; none leaves the bundled models
     * @throws ModelReferenceException if a root is not a folder
     */
    public Catalogue(List<Path> roots) {
        this(roots, RemoteModels.NONE);
    }

    /**
     * @param roots folders in which models may be read; none leaves the bundled models
     * @param remote models that are not on this machine
     * @throws ModelReferenceException if a root is not a folder
     */
    public Catalogue(List<Path> roots, RemoteModels remote) {
        this(
                new BundledModels(),
                roots.stream().map(Catalogue::real).toList(),
                remote,
                Transfer.UNHEARD,
                Map.of(),
                Own.NOTHING);
    }

    /**
     * What is one caller's alone.
     *
     * @param root with links followed; empty for none
     * @param place elsewhere; empty for none
     */
    private record Own(Optional<Path> root, Optional<String> place) {

        static final Own NOTHING = new Own(Optional.empty(), Optional.empty());
    }

    private Catalogue(
            BundledModels bundled,
            List<Path> roots,
            RemoteModels remote,
            Transfer transfer,
            Map<String, Path> folders,
            Own own) {
        this.bundled = bundled;
        this.roots = roots;
        this.remote = remote;
        this.transfer = transfer;
        this.folders = folders;
        this.own = own;
    }

    /**
     * This catalogue for a caller who has models of his own as well.
     *
     * @param folder of his models, which need not be there; empty for none
     * @param place of his models elsewhere; empty for none
     * @throws ModelReferenceException if the place is not one
     */
    public Catalogue withOwn(Optional<Path> folder, Optional<String> place) {
        Optional<Path> root = folder.filter(Files::isDirectory).map(Catalogue::real);
        return new Catalogue(
                bundled,
                Stream.concat(roots.stream(), root.stream()).toList(),
                place.map(List::of).map(remote::allowing).orElse(remote),
                transfer,
                folders,
                new Own(root, place.map(text -> text + "/")));
    }

    /** Whether a model that was found here is the caller's own. */
    public boolean isOwn(CatalogueEntry entry) {
        return entry.files() instanceof DirectoryFiles files
                ? own.root().filter(files::isBelow).isPresent()
                : own.place().filter(entry.files().reference()::startsWith).isPresent();
    }

    /**
     * Makes sure that a folder, or a place elsewhere, in which callers have models of their own is not among what all may read.
     *
     * @throws ModelReferenceException if it is
     */
    public void requireClosed(String place) {
        boolean open = remote.means(place)
                ? remote.allows(place)
                : Files.exists(Path.of(place)) && roots.stream().anyMatch(real(Path.of(place))::startsWith);
        if (open) {
            throw new ModelReferenceException(
                    "'%s' is for models of single tenants, and lies where everybody may read".formatted(place));
        }
    }

    /**
     * This catalogue with more roots. A root may also be a single file, which is then the only one allowed there.
     *
     * @throws ModelReferenceException if one of them does not exist
     */
    public Catalogue withRoots(List<Path> more) {
        return new Catalogue(
                bundled,
                Stream.concat(roots.stream(), more.stream().map(Catalogue::real))
                        .toList(),
                remote,
                transfer,
                folders,
                own);
    }

    /**
     * This catalogue for a caller who may also read what he names: the paths that exist, and models from elsewhere. Other
     * references are left as they are.
     *
     * @throws ModelReferenceException if a reference to elsewhere is not well-formed
     */
    public Catalogue allowing(List<String> references) {
        List<Path> paths = references.stream()
                .filter(reference -> !reference.isEmpty() && !remote.means(reference))
                .map(Path::of)
                .filter(Files::exists)
                .toList();
        List<String> elsewhere = references.stream().filter(remote::means).toList();
        return new Catalogue(bundled, withRoots(paths).roots, remote.allowing(elsewhere), transfer, folders, own);
    }

    /** This catalogue for a caller who follows, and can stop, what it brings here from elsewhere. */
    public Catalogue during(Transfer followed) {
        return new Catalogue(bundled, roots, remote, followed, folders, own);
    }

    /**
     * This catalogue with folders of plain files that go by a name, whatever lies there otherwise, so that a caller can
     * name what he has uploaded without knowing where it was put.
     */
    public Catalogue withFolders(Map<String, Path> named) {
        return new Catalogue(bundled, roots, remote, transfer, Map.copyOf(named), own);
    }

    /** The bundled models, those that lie directly in a root, and those from elsewhere, in a stable order. */
    public List<CatalogueItem> list() {
        List<CatalogueEntry> entries = new ArrayList<>(bundled.entries());
        for (Path root : roots) {
            if (Files.isDirectory(root)) {
                try (Stream<Path> children = Files.list(root)) {
                    children.sorted()
                            .map(child -> entry(child, child.getFileName().toString()))
                            .flatMap(Optional::stream)
                            .forEach(entries::add);
                } catch (IOException e) {
                    throw new UncheckedIOException("the models folder %s cannot be listed".formatted(root), e);
                }
            }
        }
        return Stream.concat(
                        entries.stream().map(entry -> new CatalogueItem(entry.reference(), entry.kind())),
                        remote.list().stream())
                .toList();
    }

    /**
     * Finds the model of a reference.
     *
     * @throws ModelReferenceException if there is none, or if it lies outside what may be read
     * @throws ModelFileException if it is elsewhere and cannot be had whole
     */
    public CatalogueEntry find(String reference) {
        requireReference(reference);
        if (reference.startsWith(BundledModels.SCHEME)) {
            return bundled.find(reference.substring(BundledModels.SCHEME.length()))
                    .orElseThrow(() -> unknown(reference));
        }
        if (remote.means(reference)) {
            return remote.find(reference, transfer);
        }
        if (SCHEME.matcher(reference).matches()) {
            throw new ModelReferenceException(
                    "model '%s': unknown scheme, expected classpath:ID, ID, a path or s3://bucket/prefix"
                            .formatted(reference));
        }
        if (ID.matcher(reference).matches()) {
            Optional<CatalogueEntry> named = byId(reference);
            if (named.isPresent()) {
                return named.get();
            }
        }
        return byPath(reference);
    }

    /**
     * Finds a folder of plain files, such as pictures, by its name or its path.
     *
     * @throws ModelReferenceException if there is none, or if it lies outside what may be read
     * @throws ModelFileException if it is elsewhere and cannot be had whole
     */
    public CatalogueEntry folder(String reference) {
        requireReference(reference);
        if (remote.means(reference)) {
            return remote.folder(reference, transfer);
        }
        Path path = folders.containsKey(reference) ? folders.get(reference) : allowed(reference);
        if (!Files.isDirectory(path)) {
            throw new ModelReferenceException("'%s' is not a folder".formatted(reference));
        }
        return new CatalogueEntry(reference, ModelKind.FOLDER, new DirectoryFiles(reference, path), "");
    }

    private static void requireReference(String reference) {
        if (reference.isBlank() || reference.length() > LONGEST_REFERENCE || reference.indexOf('\0') >= 0) {
            throw new ModelReferenceException(
                    "a model reference must have 1 to %d characters".formatted(LONGEST_REFERENCE));
        }
    }

    /** What to say of a place that is no model. */
    public static ModelReferenceException unknownKind(String reference) {
        return new ModelReferenceException(
                "model '%s' is of no known kind: expected a folder with model_index.json (diffusion), a folder"
                                .formatted(reference)
                        + " with generator.json (generator), a folder with config.json (encoder), a folder with head.json (head) or a .safetensors file (LoRA)");
    }

    /** Whether a model is part of the program. */
    public static boolean isBundled(CatalogueEntry entry) {
        return entry.files() instanceof ClasspathFiles;
    }

    private Optional<CatalogueEntry> byId(String id) {
        return bundled.find(id)
                .or(() -> roots.stream()
                        .flatMap(root -> Stream.of(root.resolve(id), root.resolve(id + SAFETENSORS)))
                        .map(path -> entry(path, id))
                        .flatMap(Optional::stream)
                        .findFirst());
    }

    private CatalogueEntry byPath(String reference) {
        return entry(allowed(reference), reference).orElseThrow(() -> unknownKind(reference));
    }

    private Path allowed(String reference) {
        try {
            Path path = Path.of(reference).toRealPath();
            if (roots.stream().anyMatch(path::startsWith)) {
                return path;
            }
        } catch (IOException | InvalidPathException e) {
            // The same words as for a path that is there but outside the roots: what lies there is nobody's business.
            throw unknown(reference);
        }
        throw unknown(reference);
    }

    private Optional<CatalogueEntry> entry(Path path, String reference) {
        try {
            Path real = path.toRealPath();
            if (roots.stream().noneMatch(real::startsWith)) {
                return Optional.empty();
            }
            if (Files.isRegularFile(real)) {
                String name = real.getFileName().toString();
                return name.endsWith(SAFETENSORS)
                        ? Optional.of(new CatalogueEntry(
                                reference, ModelKind.LORA, new DirectoryFiles(reference, real.getParent()), name))
                        : Optional.empty();
            }
            return ModelKind.ofFolder(name -> Files.isRegularFile(real.resolve(name)))
                    .map(kind -> new CatalogueEntry(reference, kind, new DirectoryFiles(reference, real), ""));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Path real(Path root) {
        try {
            return root.toRealPath();
        } catch (IOException e) {
            throw new ModelReferenceException("the models folder '%s' does not exist".formatted(root));
        }
    }

    private static ModelReferenceException unknown(String reference) {
        return new ModelReferenceException(
                "model '%s' is not in the catalogue and not below a models folder".formatted(reference));
    }
}
