package dev.finexl.serve.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.serve.http.DocumentOnRequest.Later;
import io.quarkus.smallrye.openapi.runtime.OpenApiDocumentService;
import jakarta.interceptor.InvocationContext;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentOnRequestTest {

    private final List<String> made = new ArrayList<>();

    @Test
    void aPreparationIsMadeOnceAndOnlyBeforeTheFirstReading() throws Exception {
        Later later = new Later();

        assertThat(later.call(calling("prepareDocument"))).isNull();
        assertThat(made).isEmpty();

        assertThat(later.call(calling("getDocument"))).isEqualTo("getDocument");
        assertThat(later.call(calling("getDocument"))).isEqualTo("getDocument");
        assertThat(made).containsExactly("prepareDocument", "getDocument", "getDocument");
    }

    /** A call of the service, whose methods another version of Quarkus may name otherwise. */
    private InvocationContext calling(String name) {
        Method method = List.of(OpenApiDocumentService.class.getDeclaredMethods()).stream()
                .filter(any -> any.getName().equals(name))
                .findFirst()
                .orElseThrow();
        return (InvocationContext) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {InvocationContext.class},
                (proxy, asked, _) -> switch (asked.getName()) {
                    case "getMethod" -> method;
                    case "proceed" -> {
                        made.add(name);
                        yield name;
                    }
                    default -> throw new UnsupportedOperationException(asked.getName());
                });
    }
}
