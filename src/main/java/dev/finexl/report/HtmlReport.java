package dev.finexl.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.finexl.embed.PngEncoder;
import dev.finexl.explain.Aspect;
import dev.finexl.explain.AspectExample;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.Explanation;
import dev.finexl.explain.HeadOutput;
import dev.finexl.explain.PolicyResult;
import dev.finexl.explain.SamplingReport;
import dev.finexl.explain.ShownPair;
import dev.finexl.store.ModelJson;
import io.quarkus.qute.Template;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An explanation as one HTML file that needs nothing beside it: the sentence, the aspects as a chart and as a table, the pairs
 * that show them best and least, and what it all rests on. It has no script and asks for nothing from anywhere, which its
 * content security policy says too. Everything in it comes from requests and files of others, so the template engine escapes
 * every value; numbers and the chart's geometry are made here.
 *
 * <p>The engine is opened with the first report: most runs of the program make none. Thread-safe.
 */
public final class HtmlReport {

    /** Media type of a report. */
    public static final String CONTENT_TYPE = "text/html; charset=utf-8";

    /** Aspects whose pairs are shown; a picture takes 100 kB and more. */
    private static final int WITH_EXAMPLES = 8;

    private static final int ROW = 34;
    /** Units of the chart from the score 0 to the largest number in it. */
    private static final int SCALE = 420;

    private static final class Lazy {
        private static final Template TEMPLATE = Templates.open("report");
    }

    private HtmlReport() {}

    /**
     * One aspect, as it is shown. Lengths are units of the chart.
     *
     * @param y of its row
     * @param bar length of its bar
     * @param low where its interval begins
     * @param high where its interval ends
     */
    record Row(
            String name,
            String category,
            String score,
            String interval,
            String calibrated,
            String selected,
            String alsoCalled,
            String phrase,
            int y,
            String bar,
            String low,
            String high) {}

    /**
     * A pair that shows an aspect.
     *
     * @param base address of its picture; null where there is none
     * @param personalized address of its picture; null where there is none
     */
    record Shown(String which, String what, String shows, String base, String personalized) {}

    /** The pairs of one aspect. */
    record Example(String aspect, List<Shown> pairs) {}

    /** A head's number, as it is shown. */
    record HeadRow(String name, String base, String personalized, String change, String interval, boolean changed) {}

    /** All that the template shows. */
    record View(
            String summary,
            List<Row> aspects,
            int height,
            List<Example> examples,
            String explained,
            String unexplained,
            String certainty,
            List<HeadRow> heads,
            PolicyResult policy,
            List<String> warnings,
            String versions,
            String usage,
            String provenance) {}

    /**
     * Writes the report.
     *
     * @param pictures from which those of the pairs are taken that are there
     * @return the file, in UTF-8
     */
    public static byte[] render(Explanation explanation, PairPictures pictures) {
        return Lazy.TEMPLATE.data("view", view(explanation, pictures)).render().getBytes(StandardCharsets.UTF_8);
    }

    private static View view(Explanation explanation, PairPictures pictures) {
        return new View(
                explanation.summary(),
                rows(explanation.aspects()),
                ROW * explanation.aspects().size(),
                explanation.examples().stream()
                        .limit(WITH_EXAMPLES)
                        .map(example -> example(example, pictures))
                        .toList(),
                Numbers.percent(explanation.explained()),
                Numbers.percent(explanation.unexplained()),
                certainty(explanation),
                heads(explanation.heads()),
                explanation.policy(),
                explanation.warnings(),
                versions(explanation.provenance().versions()),
                pretty(explanation.usage()),
                pretty(explanation.provenance()));
    }

    private static List<Row> rows(List<Aspect> aspects) {
        double most = aspects.stream()
                .mapToDouble(
                        aspect -> Math.max(aspect.score(), aspect.interval().high()))
                .max()
                .orElse(1);
        List<Row> rows = new ArrayList<>(aspects.size());
        for (Aspect aspect : aspects) {
            rows.add(new Row(
                    aspect.name(),
                    aspect.category(),
                    Numbers.number(aspect.score()),
                    Numbers.interval(aspect.interval().low(), aspect.interval().high()),
                    aspect.calibrated() == null ? "–" : Numbers.number(aspect.calibrated()),
                    Numbers.percent(aspect.selected()),
                    String.join(", ", aspect.alsoCalled()),
                    aspect.phrase(),
                    ROW * rows.size(),
                    Numbers.number(SCALE * aspect.score() / most),
                    Numbers.number(SCALE * Math.max(0, aspect.interval().low()) / most),
                    Numbers.number(SCALE * aspect.interval().high() / most)));
        }
        return rows;
    }

    private static Example example(AspectExample example, PairPictures pictures) {
        List<Shown> shown = new ArrayList<>();
        shown.add(shown("most", example.best(), example.aspect(), pictures));
        if (example.worst().index() != example.best().index()) {
            shown.add(shown("least", example.worst(), example.aspect(), pictures));
        }
        return new Example(example.aspect(), shown);
    }

    private static Shown shown(String which, ShownPair pair, String aspect, PairPictures pictures) {
        return new Shown(
                which,
                what(pair),
                Numbers.number(pair.shows().get(aspect)),
                address(pictures, Side.BASE, pair),
                address(pictures, Side.PERSONALIZED, pair));
    }

    /** A picture as the address of an HTML image that holds it; null if it is not there. */
    private static String address(PairPictures pictures, Side side, ShownPair pair) {
        return pictures.picture(side, pair.index())
                .map(image -> PngEncoder.encode(image.within(PairPictures.SIDE)))
                .map(png -> "data:image/png;base64," + Base64.getEncoder().encodeToString(png))
                .orElse(null);
    }

    private static String what(ShownPair pair) {
        List<String> parts = new ArrayList<>();
        Optional.ofNullable(pair.prompt()).map("“%s”"::formatted).ifPresent(parts::add);
        Optional.ofNullable(pair.seed()).map("seed %d"::formatted).ifPresent(parts::add);
        Optional.ofNullable(pair.baseFile()).ifPresent(parts::add);
        return String.join(", ", parts);
    }

    private static String certainty(Explanation explanation) {
        SamplingReport sampling = explanation.sampling();
        String pairs = sampling == null
                ? "%d pictures on each side".formatted(explanation.provenance().images())
                : "%d of %d pairs (%s)"
                        .formatted(
                                sampling.pairs(),
                                sampling.budget(),
                                sampling.stopped().label());
        return String.format(
                Locale.ROOT,
                "%s; p = %.2g that nothing changed; method %s",
                pairs,
                explanation.pValue(),
                explanation.method());
    }

    private static List<HeadRow> heads(Map<String, List<HeadOutput>> heads) {
        List<HeadRow> rows = new ArrayList<>();
        heads.forEach((head, outputs) -> outputs.forEach(output -> rows.add(new HeadRow(
                head + "." + output.name(),
                Numbers.number(output.base()),
                Numbers.number(output.personalized()),
                Numbers.number(output.change()),
                Numbers.interval(output.interval().low(), output.interval().high()),
                output.changed()))));
        return rows;
    }

    private static String versions(Map<String, String> versions) {
        return versions.entrySet().stream()
                .map(version -> version.getKey() + " " + version.getValue())
                .collect(Collectors.joining(", "));
    }

    static String pretty(Object value) {
        try {
            return ModelJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a part of an explanation that JSON cannot hold", e);
        }
    }
}
