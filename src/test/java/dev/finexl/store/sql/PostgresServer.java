package dev.finexl.store.sql;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/** A PostgreSQL of this process, which ends with it, where the distribution's package is installed. */
final class PostgresServer {

    private static final String GIVEN = System.getenv("FINEXL_TEST_POSTGRES");
    /** Holds the URL of what was started for all class loaders of the process, of which Quarkus has one for each program. */
    private static final String STARTED = "postgres.of.tests";

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static Optional<String> url;

    private PostgresServer() {}

    /** JDBC URL of a database in which schemas may be made; empty where there is none. */
    static synchronized Optional<String> url() {
        if (url == null) {
            url = Optional.ofNullable(GIVEN)
                    .or(() -> Optional.ofNullable(System.getProperty(STARTED)))
                    .or(() -> programs().map(PostgresServer::start));
        }
        return url;
    }

    /** The folder of {@code initdb} and {@code postgres}, on the path or where Debian puts it. */
    private static Optional<Path> programs() {
        Stream<Path> path = Stream.of(System.getenv("PATH").split(":")).map(Path::of);
        try (Stream<Path> versions = versions()) {
            return Stream.concat(
                            path, versions.sorted(Comparator.reverseOrder()).map(version -> version.resolve("bin")))
                    .filter(folder -> Files.isExecutable(folder.resolve("initdb"))
                            && Files.isExecutable(folder.resolve("postgres")))
                    .findFirst();
        }
    }

    private static Stream<Path> versions() {
        try {
            return Files.list(Path.of("/usr/lib/postgresql"));
        } catch (IOException _) {
            return Stream.empty();
        }
    }

    private static String start(Path programs) {
        try {
            Path folder = Files.createTempDirectory("postgres");
            Path log = Files.createFile(folder.resolve("log"));
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
            Path data = folder.resolve("data");
            run(log, "%s -D %s -U finexl -A trust -E UTF8 --no-sync", programs.resolve("initdb"), data);
            int port = freePort();
            Process server = process(
                    log,
                    "%s -D %s -p %d -k %s -c listen_addresses=127.0.0.1 -c fsync=off",
                    programs.resolve("postgres"),
                    data,
                    port,
                    folder);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server, folder)));
            String started = "jdbc:postgresql://127.0.0.1:%d/postgres?user=finexl".formatted(port);
            await().atMost(PATIENCE).until(() -> answers(server, log, started));
            System.setProperty(STARTED, started);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void run(Path log, String command, Object... arguments) throws IOException, InterruptedException {
        if (process(log, command, arguments).waitFor() != 0) {
            throw new IOException("initdb failed: " + Files.readString(log));
        }
    }

    /** PostgreSQL does not run as root, so root runs it as nobody. */
    private static Process process(Path log, String command, Object... arguments) throws IOException {
        List<String> words = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            words.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        }
        words.addAll(List.of(command.formatted(arguments).split(" ")));
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(log.getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("LC_ALL", "C");
        return builder.start();
    }

    private static boolean answers(Process server, Path log, String url) throws IOException {
        if (!server.isAlive()) {
            throw new IOException("PostgreSQL does not start: " + Files.readString(log));
        }
        try (var _ = connect(url)) {
            return true;
        } catch (SQLException _) {
            return false;
        }
    }

    /** Without the JDK's register of drivers, which knows those of one class loader only. */
    static Connection connect(String url) throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setURL(url);
        return source.getConnection();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void end(Process server, Path folder) {
        try {
            // A fast shutdown: it waits for its own processes, which write to the folder, and not for its clients.
            new ProcessBuilder("kill", "-INT", Long.toString(server.pid()))
                    .start()
                    .waitFor();
            if (!server.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                server.destroyForcibly();
            }
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        } catch (IOException | InterruptedException | UncheckedIOException _) {
            // What is left is in the folder for temporary files.
        }
    }
}
