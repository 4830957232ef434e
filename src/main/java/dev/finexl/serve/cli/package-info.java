/** The command line: it translates options into a request and an explanation into text and files. */
package dev.finexl.serve.cli;
