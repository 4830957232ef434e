package dev.finexl.serve.http;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.quarkus.smallrye.openapi.runtime.OpenApiDocumentService;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.build.compatible.spi.BuildCompatibleExtension;
import jakarta.enterprise.inject.build.compatible.spi.Enhancement;
import jakarta.enterprise.inject.build.compatible.spi.MethodConfig;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InterceptorBinding;
import jakarta.interceptor.InvocationContext;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import java.util.List;

/**
 * Prepares the OpenAPI document when it is asked for first. Quarkus parses it, and writes it as JSON and as YAML, at every start of
 * the program, whether anybody will read it or not. Here the call that does so is kept, and made before the first that reads.
 */
public class DocumentOnRequest implements BuildCompatibleExtension {

    private static final String PREPARE = "prepareDocument";
    private static final String READ = "getDocument";

    /** What {@link Later} stands before. */
    @InterceptorBinding
    @Retention(RetentionPolicy.RUNTIME)
    @Target({ElementType.TYPE, ElementType.METHOD})
    @interface OnRequest {}

    /**
     * Has {@link Later} stand before Quarkus's service, while the program is packaged. Tests and dev mode have the service in a class
     * loader that does not see this, and time to prepare.
     */
    @Enhancement(types = OpenApiDocumentService.class)
    public void standBefore(MethodConfig method) {
        String name = method.info().name();
        if (ConfigUtils.isProfileActive(LaunchMode.NORMAL.getDefaultProfile())
                && (name.equals(PREPARE) || name.equals(READ))) {
            method.addAnnotation(OnRequest.class);
        }
    }

    /** One for the one service. */
    @OnRequest
    @Interceptor
    @Priority(Interceptor.Priority.APPLICATION)
    static class Later {

        private final List<InvocationContext> kept = new ArrayList<>();

        @AroundInvoke
        synchronized Object call(InvocationContext call) throws Exception {
            if (call.getMethod().getName().equals(PREPARE)) {
                kept.add(call);
                return null;
            }
            for (InvocationContext preparation : kept) {
                preparation.proceed();
            }
            kept.clear();
            return call.proceed();
        }
    }
}
