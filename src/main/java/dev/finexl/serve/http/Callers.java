package dev.finexl.serve.http;

import dev.finexl.account.Caller;
import dev.finexl.account.Scope;
import dev.finexl.account.Tenant;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.inject.Singleton;

/** Who asks at the moment. */
@Singleton
class Callers {

    private final SecurityIdentity identity;

    /** @param identity stands for that of the request under way */
    Callers(SecurityIdentity identity) {
        this.identity = identity;
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
