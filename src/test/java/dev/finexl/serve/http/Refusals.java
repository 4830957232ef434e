package dev.finexl.serve.http;

import static org.hamcrest.Matchers.equalTo;

import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;

/** What every refusal has in common. */
final class Refusals {

    private Refusals() {}

    /** A problem document (RFC 9457) that says the same status as the response. */
    static ValidatableResponse problem(Response response, int status) {
        return response.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("status", equalTo(status));
    }
}
