package dev.finexl.serve.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.store.WholeFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

/** What {@code --json} asks for. */
final class JsonOutput {

    private static final String STANDARD_OUTPUT = "-";

    private JsonOutput() {}

    /**
     * Writes an answer as JSON to where it is wanted.
     *
     * @param file {@code -} for standard output, null for nowhere
     * @return whether it went to standard output, and nothing else should
     */
    static boolean write(String file, Object answer, ObjectMapper mapper, PrintWriter out) throws IOException {
        if (STANDARD_OUTPUT.equals(file)) {
            out.println(mapper.writerWithDefaultPrettyPrinter().writeValueAsString(answer));
            out.flush();
            return true;
        }
        if (file != null) {
            WholeFile.write(
                    Path.of(file), mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(answer));
        }
        return false;
    }
}
