/** Model references and where they live: the class path, directories, later object storage. Imports nothing of ours. */
package dev.finexl.store;
