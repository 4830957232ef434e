package dev.finexl.report;

import io.quarkus.qute.Engine;
import io.quarkus.qute.HtmlEscaper;
import io.quarkus.qute.ReflectionValueResolver;
import io.quarkus.qute.Template;
import io.quarkus.qute.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Opens the templates of reports, which share their style and escape every value. */
final class Templates {

    private static final Variant HTML = Variant.forContentType(Variant.TEXT_HTML);

    private Templates() {}

    /** @param name of a template among the resources in {@code report} */
    static Template open(String name) {
        Engine engine = Engine.builder()
                .addDefaults()
                .addValueResolver(new ReflectionValueResolver())
                .addResultMapper(new HtmlEscaper(List.of(Variant.TEXT_HTML)))
                .build();
        engine.putTemplate("style", engine.parse(read("style"), HTML));
        return engine.parse(read(name), HTML);
    }

    private static String read(String name) {
        try (InputStream in = Templates.class.getResourceAsStream("/report/" + name + ".html")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the template '%s' of reports cannot be read".formatted(name), e);
        }
    }
}
