package dev.finexl.evaluate;

import dev.finexl.store.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes a comparison for people: {@code report.md} and its charts. */
public final class EvaluationFiles {

    private EvaluationFiles() {}

    /** The table of methods and metrics as Markdown, which reads well on a terminal too. */
    public static String table(Evaluation evaluation) {
        return MarkdownReport.table(evaluation);
    }

    /**
     * Writes {@code report.md}, {@code methods.svg} and a {@code scores-METHOD.svg} for each method.
     *
     * @param folder that exists
     * @throws IOException if a file cannot be written
     */
    public static void write(Evaluation evaluation, Path folder) throws IOException {
        Map<String, String> scoreCharts = new LinkedHashMap<>();
        for (String method : evaluation.methods().keySet()) {
            String name = "scores-" + method + ".svg";
            write(folder, name, Charts.scores(evaluation, method));
            scoreCharts.put(method, name);
        }
        write(folder, "methods.svg", Charts.methods(evaluation));
        write(folder, "report.md", MarkdownReport.write(evaluation, "methods.svg", scoreCharts));
    }

    private static void write(Path folder, String name, String text) throws IOException {
        WholeFile.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }
}
