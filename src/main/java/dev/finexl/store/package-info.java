/** Model references and where they live: the class path, directories, object storage. Imports nothing of ours. */
package dev.finexl.store;
