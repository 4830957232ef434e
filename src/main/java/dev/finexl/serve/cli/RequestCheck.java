package dev.finexl.serve.cli;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Holds what options say to the same constraints as a request over HTTP. */
final class RequestCheck {

    private RequestCheck() {}

    /** @throws ParameterException that names every field that is out of its range */
    static <T> void requireValid(Validator validator, T request, CommandLine command) {
        Set<ConstraintViolation<T>> violations = validator.validate(request);
        if (!violations.isEmpty()) {
            throw new ParameterException(
                    command,
                    violations.stream()
                            .map(v -> "%s %s".formatted(v.getPropertyPath(), v.getMessage()))
                            .sorted()
                            .collect(Collectors.joining("; ")));
        }
    }
}
