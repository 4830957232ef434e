import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;

/**
 * Makes one jar of the libraries of a program that Quarkus has packaged for the JVM's AOT cache: {@code java infra/OneJar.java FOLDER}, where
 * FOLDER is that of {@code quarkus-run.jar}. Does nothing where there is no such class path, as of a fast-jar, and no such folder, as where
 * all of the program has been packaged as one file.
 *
 * <p>Exists because such a program has all its classes in the cache, and still opens 250 jars at every start: whoever looks for a
 * resource that no jar has, as the logging does for its configurations, looks through all of them. Of a start until the program is
 * ready that was a twentieth (infra/bench/start).
 *
 * <p>A jar that has native libraries stays as it is, since others unpack them from there. What several jars have is
 * put together where it is a list, and kept for each jar where it is a licence or the like. Where two jars have
 * anything else with other content, the program would be another, so that is an error.
 */
final class OneJar {

    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final String ALL = "lib/main/libraries.jar";

    private static final Pattern NATIVE = Pattern.compile(".*\\.(so|dll|dylib|jnilib)");
    private static final Pattern SIGNATURE = Pattern.compile("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");

    /** Said about a jar as such, which is no more. */
    private static final Pattern OF_THE_JAR =
            Pattern.compile(MANIFEST + "|META-INF/INDEX\\.LIST|(META-INF/versions/\\d+/)?module-info\\.class");

    /** Read from all jars that have it, line by line. */
    private static final Pattern LIST = Pattern.compile("META-INF/services/[^/]+|META-INF/io\\.netty\\.versions\\.properties");

    /** Nothing of it is read when the program runs: licences, and what Quarkus reads when it builds. */
    private static final Pattern OF_EACH =
            Pattern.compile("META-INF/([^/]*(LICENSE|NOTICE)[^/]*|maven/.+|quarkus-.+|jandex\\.idx|beans\\.xml)");

    private final Path folder;
    private final Map<String, ByteArrayOutputStream> lists = new LinkedHashMap<>();
    /** Size and sum by name, which tell one content from another. */
    private final Map<String, String> written = new LinkedHashMap<>();

    /** What is in a jar besides its manifest. */
    private interface Content {
        void writeTo(JarOutputStream jar) throws IOException;
    }

    private OneJar(Path folder) {
        this.folder = folder;
    }

    /** @param args FOLDER */
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("usage: java infra/OneJar.java FOLDER");
            System.exit(2);
        }
        try {
            new OneJar(Path.of(args[0])).run();
        } catch (NoSuchFileException e) {
            System.err.println("OneJar: there is no " + e.getFile());
            System.exit(1);
        } catch (IllegalStateException e) {
            System.err.println("OneJar: " + e.getMessage());
            System.exit(1);
        }
    }

    private void run() throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        Path program = folder.resolve("quarkus-run.jar");
        Manifest manifest = manifest(program);
        String classPath = manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
        List<String> path = classPath == null ? List.of() : Arrays.asList(classPath.trim().split(" +"));
        // Of a fast-jar only what starts it is on the class path; its class loader has an index of the rest.
        if (path.contains(ALL) || path.stream().noneMatch(jar -> jar.startsWith("lib/main/"))) {
            return;
        }
        List<String> libraries = new ArrayList<>();
        for (String jar : path) {
            if (jar.startsWith("lib/") && canBeMoved(folder.resolve(jar))) {
                libraries.add(jar);
            }
        }
        Manifest several = new Manifest();
        several.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        several.getMainAttributes().put(Attributes.Name.MULTI_RELEASE, "true");
        write(folder.resolve(ALL), several, jar -> addAll(libraries, jar));
        Set<String> shorter = new LinkedHashSet<>();
        path.forEach(jar -> shorter.add(libraries.contains(jar) ? ALL : jar));
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", shorter));
        write(program, manifest, jar -> addAllOf(program, jar));
        for (String jar : libraries) {
            Files.delete(folder.resolve(jar));
        }
    }

    private static Manifest manifest(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.getManifest();
        }
    }

    private static boolean canBeMoved(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream()
                    .map(ZipEntry::getName)
                    .noneMatch(name -> NATIVE.matcher(name).matches() || SIGNATURE.matcher(name).matches());
        }
    }

    /** Writes a jar aside and moves it to its place when it is whole. */
    private static void write(Path file, Manifest manifest, Content content) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".new");
        try {
            try (OutputStream out = Files.newOutputStream(aside);
                    JarOutputStream jar = new JarOutputStream(out)) {
                // With a time, which the jar's own stream would take from the clock: what is built twice is to be the same.
                entry(jar, MANIFEST, 0);
                manifest.write(jar);
                content.writeTo(jar);
            }
            Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(aside);
        }
    }

    private void addAll(List<String> libraries, JarOutputStream jar) throws IOException {
        for (String library : libraries) {
            add(folder.resolve(library), jar);
        }
        for (Map.Entry<String, ByteArrayOutputStream> list : lists.entrySet()) {
            entry(jar, list.getKey(), 0);
            list.getValue().writeTo(jar);
        }
    }

    /** Everything but the manifest. */
    private static void addAllOf(Path other, JarOutputStream jar) throws IOException {
        try (JarFile file = new JarFile(other.toFile())) {
            for (ZipEntry found : files(file)) {
                if (!found.getName().equals(MANIFEST)) {
                    copy(file, found, found.getName(), jar);
                }
            }
        }
    }

    private static List<? extends ZipEntry> files(JarFile jar) {
        return jar.stream().filter(entry -> !entry.isDirectory()).toList();
    }

    private void add(Path library, JarOutputStream jar) throws IOException {
        try (JarFile file = new JarFile(library.toFile())) {
            for (ZipEntry found : files(file)) {
                String name = found.getName();
                if (OF_THE_JAR.matcher(name).matches()) {
                    continue;
                }
                if (name.startsWith("META-INF/versions/") && !file.isMultiRelease()) {
                    throw new IllegalStateException("%s has %s and does not say that it is for several releases of Java"
                            .formatted(library.getFileName(), name));
                }
                if (LIST.matcher(name).matches()) {
                    ByteArrayOutputStream list = lists.computeIfAbsent(name, _ -> new ByteArrayOutputStream());
                    try (InputStream content = file.getInputStream(found)) {
                        content.transferTo(list);
                    }
                    list.write('\n');
                } else {
                    add(file, found, library.getFileName().toString(), jar);
                }
            }
        }
    }

    private void add(JarFile file, ZipEntry found, String library, JarOutputStream jar) throws IOException {
        String name = found.getName();
        String content = found.getSize() + " " + found.getCrc();
        String known = written.putIfAbsent(name, content);
        if (known == null) {
            copy(file, found, name, jar);
        } else if (!known.equals(content)) {
            if (!OF_EACH.matcher(name).matches()) {
                throw new IllegalStateException("%s has another %s than a library before it".formatted(library, name));
            }
            copy(file, found, "META-INF/%s/%s".formatted(library, name), jar);
        }
    }

    private static void entry(JarOutputStream jar, String name, long time) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(time);
        jar.putNextEntry(entry);
    }

    private static void copy(JarFile from, ZipEntry found, String name, JarOutputStream jar) throws IOException {
        entry(jar, name, found.getTime());
        try (InputStream content = from.getInputStream(found)) {
            content.transferTo(jar);
        }
    }
}
