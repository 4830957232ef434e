package dev.finexl.serve.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.explain.ExplainRequest;
import io.quarkus.arc.Arc;
import io.quarkus.arc.ClientProxy;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import java.util.Set;
import java.util.stream.Collectors;
import org.hibernate.validator.HibernateValidatorFactory;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ValidationOnRequestTest {

    @Inject
    Validator validator;

    @Test
    void theFactoryThatEveryStartAsksForIsAProxyThatIsNotMadeByAsking() {
        assertThat(factory()).isInstanceOf(ClientProxy.class);
    }

    @Test
    void itValidatesAsTheValidatorOfRequestsDoes() {
        ExplainRequest request = ExplainRequest.builder()
                .base("mini-diffusion")
                .images(-1)
                .confidence(2.0)
                .build();

        assertThat(messages(factory().getValidator().validate(request)))
                .hasSize(2)
                .containsExactlyInAnyOrderElementsOf(messages(validator.validate(request)));
    }

    /** As Quarkus asks for it when it starts. */
    private static HibernateValidatorFactory factory() {
        return Arc.container()
                .beanManager()
                .createInstance()
                .select(HibernateValidatorFactory.class)
                .get();
    }

    private static Set<String> messages(Set<ConstraintViolation<ExplainRequest>> violations) {
        return violations.stream()
                .map(violation -> violation.getPropertyPath() + " " + violation.getMessage())
                .collect(Collectors.toSet());
    }
}
