/** Who may ask for what: tenants, their keys, and the record of what administrators did. */
package dev.finexl.account;
