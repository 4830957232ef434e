package dev.finexl.serve.http;

import io.quarkus.arc.Unremovable;
import io.quarkus.arc.properties.UnlessBuildProperty;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Named;
import org.hibernate.validator.HibernateValidatorFactory;

/**
 * Has Hibernate Validator read the constraints when the first request is validated. Quarkus asks for the factory at the very beginning of
 * every start, whose reading of all constrained classes by reflection everything else would wait for; what it is handed is this
 * factory, a proxy that nobody uses, while the {@link jakarta.validation.Validator} comes from Quarkus's own. An executable has
 * read them when it was built, and must: it has no reflection for that later.
 */
@ApplicationScoped
class ValidationOnRequest {

    /** The name by which Quarkus knows its own factory. */
    private static final String QUARKUS = "quarkus-hibernate-validator-factory";

    @Produces
    @Unremovable
    @Alternative
    @Priority(1)
    @ApplicationScoped
    @UnlessBuildProperty(name = "quarkus.native.enabled", stringValue = "true", enableIfMissing = true)
    HibernateValidatorFactory later(@Named(QUARKUS) HibernateValidatorFactory factory) {
        return factory;
    }
}
