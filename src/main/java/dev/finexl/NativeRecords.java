package dev.finexl;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.graalvm.nativeimage.hosted.Feature;
import org.graalvm.nativeimage.hosted.RuntimeReflection;

/**
 * Makes the program's records and enums readable for Jackson in a native image, where only what was named at build time can be
 * reflected upon. Quarkus finds those that the HTTP face takes and gives; this finds those that are read from files, from
 * the database and from caches too. Everything that becomes JSON here is a record, so no list of them has to be kept. The
 * same is done for the classes by which a chat endpoint is asked.
 */
final class NativeRecords implements Feature {

    private static final String ROOM = "dev/finexl";
    /** What LangChain4j says to chat endpoints and hears from them: classes with builders, which it makes of JSON by reflection. */
    private static final String CHAT = "dev/langchain4j/model/openai/internal";

    private static final String CLASS = ".class";

    @Override
    public String getDescription() {
        return "FineXL's records and enums, and what is said to chat endpoints, for Jackson";
    }

    @Override
    public void beforeAnalysis(BeforeAnalysisAccess access) {
        // Named in annotations of the chat's classes alone, where nothing else looks.
        register(PropertyNamingStrategies.SnakeCaseStrategy.class);
        for (Path entry : access.getApplicationClassPath()) {
            if (Files.isDirectory(entry)) {
                registerAll(entry, access);
            } else {
                try (FileSystem jar = FileSystems.newFileSystem(entry)) {
                    registerAll(jar.getPath("/"), access);
                } catch (IOException e) {
                    throw new UncheckedIOException(entry + " cannot be read", e);
                }
            }
        }
    }

    private static void registerAll(Path root, BeforeAnalysisAccess access) {
        registerBelow(root, ROOM, access, type -> type.isRecord() || type.isEnum());
        registerBelow(root, CHAT, access, _ -> true);
    }

    private static void registerBelow(
            Path root, String folder, BeforeAnalysisAccess access, Predicate<Class<?>> wanted) {
        Path room = root.resolve(folder);
        if (!Files.isDirectory(room)) {
            return;
        }
        try (Stream<Path> files = Files.walk(room)) {
            files.map(file -> root.relativize(file).toString())
                    .filter(name -> name.endsWith(CLASS))
                    .map(name -> access.findClassByName(
                            name.substring(0, name.length() - CLASS.length()).replace('/', '.')))
                    .filter(type -> type != null && wanted.test(type))
                    .forEach(NativeRecords::register);
        } catch (IOException e) {
            throw new UncheckedIOException(room + " cannot be read", e);
        }
    }

    private static void register(Class<?> type) {
        RuntimeReflection.register(type);
        RuntimeReflection.registerAllDeclaredFields(type);
        RuntimeReflection.register(type.getDeclaredMethods());
        RuntimeReflection.register(type.getDeclaredConstructors());
        if (type.isRecord()) {
            RuntimeReflection.registerAllRecordComponents(type);
        }
    }
}
