package dev.finexl;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.Response;
import software.amazon.awssdk.checksums.SdkChecksum;
import software.amazon.awssdk.checksums.spi.ChecksumAlgorithm;
import software.amazon.awssdk.http.auth.aws.crt.internal.signer.DefaultAwsCrtV4aHttpSigner;

/**
 * Replaces, in a native image, code of libraries that refers to what is not on the class path. On the JVM such code is
 * never reached, which the builder of images, that wants every reference resolved, cannot know.
 */
final class NativeSubstitutions {

    private NativeSubstitutions() {}

    private static UnsupportedOperationException withoutCrt() {
        return new UnsupportedOperationException("AWS's common runtime is not part of this program");
    }

    /** Checksums by AWS's common runtime, which its SDK asks for only where that is there. */
    @TargetClass(className = "software.amazon.awssdk.checksums.internal.ChecksumProvider")
    static final class Checksums {

        private Checksums() {}

        @Substitute
        static SdkChecksum createCrtCrc32C() {
            throw withoutCrt();
        }

        @Substitute
        static SdkChecksum crc64NvmeCrtImplementation() {
            throw withoutCrt();
        }

        @Substitute
        static SdkChecksum crtXxHash(ChecksumAlgorithm algorithm) {
            throw withoutCrt();
        }
    }

    /** Signatures for access points of several regions, which no object of a plain bucket needs. */
    @TargetClass(className = "software.amazon.awssdk.http.auth.aws.internal.signer.util.OptionalDependencyLoaderUtil")
    static final class Signers {

        private Signers() {}

        @Substitute
        static DefaultAwsCrtV4aHttpSigner getDefaultAwsCrtV4aHttpSigner() {
            throw withoutCrt();
        }
    }

    /** It reads a field that Quarkus 3.33 no longer has. */
    @TargetClass(className = "io.quarkiverse.resteasy.problem.security.HttpUnauthorizedUtils")
    static final class Unauthorized {

        private Unauthorized() {}

        @Substitute
        static Uni<HttpProblem> toProblem(RoutingContext routing, Exception e) {
            return Uni.createFrom().item(HttpProblem.valueOf(Response.Status.UNAUTHORIZED, e.getMessage()));
        }
    }
}
