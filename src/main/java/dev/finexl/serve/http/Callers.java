package dev.finexl.serve.http;

import dev.finexl.account.Caller;
import dev.finexl.account.Scope;
import dev.finexl.account.Tenant;
import dev.finexl.job.JobIds;
import dev.finexl.job.trace.TraceParent;
import dev.finexl.job.trace.Tracing;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;

/** Who asks at the moment. */
@Singleton
class Callers {

    private final SecurityIdentity identity;
    private final CurrentVertxRequest request;

    /**
     * @param identity stands for that of the request under way
     * @param request likewise
     */
    Callers(SecurityIdentity identity, CurrentVertxRequest request) {
        this.identity = identity;
        this.request = request;
    }

    static Caller of(SecurityIdentity identity) {
        Caller caller = identity.getAttribute(KeyAuthentication.CALLER);
        if (caller == null) {
            throw new ForbiddenException();
        }
        return caller;
    }

    /** For whom. */
    Tenant tenant() {
        return of(identity).tenant();
    }

    /** Of what he says that his request is a part. */
    Optional<TraceParent> parent() {
        return TraceParent.of(request.getCurrent().request().getHeader(TraceParent.HEADER));
    }

    /** Whether he is still there. */
    ClientGone client() {
        return ClientGone.of(request.getCurrent());
    }

    /** Whence what he asks for now comes, with an id of its own. */
    Tracing.Origin origin() {
        return new Tracing.Origin(JobIds.next(), Instant.now(), parent());
    }

    /**
     * An administrator, as the record of what he does has him. {@link AccessPolicy} has asked already; what it takes to be elsewhere
     * is not to be an open door.
     */
    String administrator() {
        Caller caller = of(identity);
        if (!caller.scopes().contains(Scope.ADMIN)) {
            throw new ForbiddenException();
        }
        return caller.name();
    }
}
