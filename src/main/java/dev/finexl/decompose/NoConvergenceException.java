package dev.finexl.decompose;

/** An iterative solver reached its bound before its answer was within tolerance. */
public class NoConvergenceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NoConvergenceException(String message) {
        super(message);
    }
}
