/** The database of jobs and accounts, and how statements are run in it. */
package dev.finexl.store.sql;
