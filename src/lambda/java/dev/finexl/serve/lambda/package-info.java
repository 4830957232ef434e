/** The face to AWS Lambda: translates and delegates. */
package dev.finexl.serve.lambda;
