/** Several personalised models of one base beside each other: what each shows, and which differences are significant. */
package dev.finexl.compare;
