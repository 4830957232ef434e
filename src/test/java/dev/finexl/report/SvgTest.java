package dev.finexl.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** What goes into a chart comes out of an XML parser. */
class SvgTest {

    private static Document parse(Svg svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg.document())));
    }

    @Test
    void keepsHostileTextAsText() throws Exception {
        String hostile = "</text><script>alert(\"1\")</script> & ]]> % – 🙂";
        Document document = parse(
                new Svg(10, 10).text(1, 2, Svg.Anchor.END, hostile).text(1, 2, Svg.Anchor.END, "a\u0000\u001b\ud800b"));
        assertThat(document.getElementsByTagName("script").getLength()).isZero();
        assertThat(document.getElementsByTagName("text").item(0).getTextContent())
                .isEqualTo(hostile);
        assertThat(document.getElementsByTagName("text").item(1).getTextContent())
                .isEqualTo("a\ufffd\ufffd\ufffdb");
    }

    @Test
    void drawsShapesWhereTheyWereAsked() throws Exception {
        Document document = parse(new Svg(30, 20)
                .rectangle(1, 2, 3.25, 4, "a\"b")
                .line(0, 0, 5, 5, "red")
                .path(new double[] {1, 2}, new double[] {3, 4.5}, "blue"));
        assertThat(document.getDocumentElement().getAttribute("viewBox")).isEqualTo("0 0 30 20");
        assertThat(document.getElementsByTagName("rect")
                        .item(1)
                        .getAttributes()
                        .getNamedItem("fill")
                        .getNodeValue())
                .isEqualTo("a\"b");
        assertThat(document.getElementsByTagName("polyline")
                        .item(0)
                        .getAttributes()
                        .getNamedItem("points")
                        .getNodeValue())
                .isEqualTo("1.0,3.0 2.0,4.5");
        assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(2);
    }

    @Test
    void refusesWhatHasNoPlace() {
        assertThatThrownBy(() -> new Svg(1, 1).line(0, 0, Double.NaN, 0, "red")).hasMessageContaining("NaN");
    }
}
