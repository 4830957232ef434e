/** Models and results in object storage that speaks S3's protocol, and the cache on disk that models are read from. */
package dev.finexl.store.s3;
