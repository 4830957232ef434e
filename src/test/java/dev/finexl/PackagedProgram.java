package dev.finexl;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** How the packaged program is started in a process of its own: the jar, or in a native build the executable. */
public final class PackagedProgram {

    /** Folder of the packaged jar. */
    public static final Path FOLDER = Path.of("target/quarkus-app").toAbsolutePath();

    /** What a server says of its port, which is its first group. */
    public static final Pattern LISTENING = Pattern.compile("Listening on: http://[^:]+:(\\d+)");

    private static final String EXECUTABLE = System.getProperty("packaged.executable", "");

    private PackagedProgram() {}

    /** Whether it is an executable, without a JVM of which something could be asked. */
    public static boolean isExecutable() {
        return !EXECUTABLE.isEmpty();
    }

    /** A command, and the arguments after it. */
    public static List<String> command(String... arguments) {
        return command(List.of(), arguments);
    }

    /** As {@link #command(String...)}, with options for the JVM, which an executable does without. */
    public static List<String> command(List<String> jvmOptions, String... arguments) {
        List<String> command = new ArrayList<>();
        if (!isExecutable()) {
            command.add(ProcessHandle.current().info().command().orElseThrow());
            command.addAll(jvmOptions);
            command.addAll(List.of("-jar", FOLDER.resolve("quarkus-run.jar").toString()));
        } else {
            command.add(EXECUTABLE);
        }
        command.addAll(List.of(arguments));
        return command;
    }
}
