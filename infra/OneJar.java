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
    private final Map<String, String> written = new LinkedHashMap<>();

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
        Path all = folder.resolve(ALL);
        Path aside = all.resolveSibling("libraries.jar.new");
        try {
            write(libraries, aside);
            Files.move(aside, all, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(aside);
        }
        Set<String> shorter = new LinkedHashSet<>();
        path.forEach(jar -> shorter.add(libraries.contains(jar) ? ALL : jar));
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", shorter));
        replaceManifest(program, manifest);
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

    private void write(List<String> libraries, Path into) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MULTI_RELEASE, "true");
        try (OutputStream file = Files.newOutputStream(into);
                JarOutputStream jar = new JarOutputStream(file)) {
            // With a time, which the jar's own stream would take from the clock: what is built twice is to be the same.
            entry(jar, MANIFEST, 0);
            manifest.write(jar);
            for (String library : libraries) {
                add(folder.resolve(library), jar);
            }
            for (Map.Entry<String, ByteArrayOutputStream> list : lists.entrySet()) {
                entry(jar, list.getKey(), 0);
                list.getValue().writeTo(jar);
            }
        }
    }

    private void add(Path library, JarOutputStream jar) throws IOException {
        try (JarFile file = new JarFile(library.toFile())) {
            for (ZipEntry found : file.stream().filter(entry -> !entry.isDirectory()).toList()) {
                String name = found.getName();
                if (OF_THE_JAR.matcher(name).matches()) {
                    continue;
                }
                if (name.startsWith("META-INF/versions/") && !file.isMultiRelease()) {
                    throw new IllegalStateException("%s has %s and does not say that it is for several releases of Java"
                            .formatted(library.getFileName(), name));
                }
                try (InputStream content = file.getInputStream(found)) {
                    if (LIST.matcher(name).matches()) {
                        ByteArrayOutputStream list = lists.computeIfAbsent(name, _ -> new ByteArrayOutputStream());
                        content.transferTo(list);
                        list.write('\n');
                    } else if (isNew(name, found, library)) {
                        entry(jar, name, found.getTime());
                        content.transferTo(jar);
                    } else if (!isThere(name, found)) {
                        entry(jar, "META-INF/%s/%s".formatted(library.getFileName(), name), found.getTime());
                        content.transferTo(jar);
                    }
                }
            }
        }
    }

    private boolean isNew(String name, ZipEntry found, Path library) {
        String known = written.putIfAbsent(name, content(found));
        if (known != null && !known.equals(content(found)) && !OF_EACH.matcher(name).matches()) {
            throw new IllegalStateException(
                    "%s has another %s than a library before it".formatted(library.getFileName(), name));
        }
        return known == null;
    }

    private boolean isThere(String name, ZipEntry found) {
        return written.get(name).equals(content(found));
    }

    /** Tells one content from another. */
    private static String content(ZipEntry entry) {
        return entry.getSize() + " " + entry.getCrc();
    }

    private static void entry(JarOutputStream jar, String name, long time) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(time);
        jar.putNextEntry(entry);
    }

    private static void replaceManifest(Path program, Manifest manifest) throws IOException {
        Path aside = program.resolveSibling("quarkus-run.jar.new");
        try {
            try (JarFile old = new JarFile(program.toFile());
                    OutputStream file = Files.newOutputStream(aside);
                    JarOutputStream jar = new JarOutputStream(file)) {
                entry(jar, MANIFEST, old.getEntry(MANIFEST).getTime());
                manifest.write(jar);
                for (ZipEntry found : old.stream()
                        .filter(entry -> !entry.isDirectory() && !entry.getName().equals(MANIFEST))
                        .toList()) {
                    entry(jar, found.getName(), found.getTime());
                    try (InputStream content = old.getInputStream(found)) {
                        content.transferTo(jar);
                    }
                }
            }
            Files.move(aside, program, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(aside);
        }
    }
}
