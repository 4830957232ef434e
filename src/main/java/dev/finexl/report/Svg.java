package dev.finexl.report;

import java.util.Locale;

/**
 * Writes a chart as SVG: a few shapes and texts on white, escaped, with numbers that read the same everywhere. Lengths are
 * in pixels, x to the right and y downwards from the top left corner.
 */
public final class Svg {

    /** Where a text stands with respect to its point. */
    public enum Anchor {
        START,
        MIDDLE,
        END
    }

    private final int width;
    private final int height;
    private final StringBuilder shapes = new StringBuilder();

    /** An empty chart, {@code width} by {@code height} pixels. */
    public Svg(int width, int height) {
        this.width = width;
        this.height = height;
    }

    /** A filled rectangle. */
    public Svg rectangle(double x, double y, double width, double height, String colour) {
        return shape(
                "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>",
                number(x), number(y), number(width), number(height), escape(colour));
    }

    /** A thin straight line. */
    public Svg line(double x1, double y1, double x2, double y2, String colour) {
        return shape(
                "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\"/>",
                number(x1), number(y1), number(x2), number(y2), escape(colour));
    }

    /** A line through points, with a dot on each. */
    public Svg path(double[] x, double[] y, String colour) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < x.length; i++) {
            points.append(i == 0 ? "" : " ").append(number(x[i])).append(',').append(number(y[i]));
        }
        shape("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>", points, escape(colour));
        for (int i = 0; i < x.length; i++) {
            shape("<circle cx=\"%s\" cy=\"%s\" r=\"3\" fill=\"%s\"/>", number(x[i]), number(y[i]), escape(colour));
        }
        return this;
    }

    /** A text, in black at 12 pixels, its base line at {@code y}. */
    public Svg text(double x, double y, Anchor anchor, String text) {
        return shape(
                "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>",
                number(x), number(y), anchor.name().toLowerCase(Locale.ROOT), escape(text));
    }

    private Svg shape(String format, Object... values) {
        shapes.append("  ").append(format.formatted(values)).append('\n');
        return this;
    }

    /** The whole document, UTF-8. */
    public String document() {
        return """
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" \
                font-family="sans-serif" font-size="12">
                  <rect width="100%%" height="100%%" fill="white"/>
                %3$s</svg>
                """.formatted(width, height, shapes);
    }

    private static String number(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("a chart cannot show " + value);
        }
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /** Text for XML: markup is escaped, and what XML 1.0 does not allow becomes U+FFFD. */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                default -> escaped.appendCodePoint(allowed(c) ? c : 0xFFFD);
            }
        });
        return escaped.toString();
    }

    private static boolean allowed(int c) {
        return c >= 0x20 && c < 0xD800 || c == '\t' || c == '\n' || c >= 0xE000 && c <= 0xFFFD || c >= 0x10000;
    }
}
