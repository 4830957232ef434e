/** The HTTP face: it translates JSON into a request and errors into problem documents. */
package dev.finexl.serve.http;
