package dev.finexl.account;

/** A token cannot be checked at the moment, since its issuer does not tell its keys. */
public final class IssuerUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    IssuerUnavailableException() {
        super("tokens cannot be checked at the moment");
    }
}
