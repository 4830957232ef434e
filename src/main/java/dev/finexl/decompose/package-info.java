/**
 * What a change of embeddings consists of: the divergence of paired embeddings, its decomposition over concept
 * directions, and how certain that is. Plain numbers in, plain numbers out: no files, no models, nothing of ours
 * imported.
 *
 * <p>Matrices are row-major and dense: n pairs × d dimensions, or N concepts × d dimensions. Nothing here changes its
 * arguments. Results are new arrays that belong to the caller. Everything runs on the calling thread in a fixed order
 * of operations, so the same input gives the same bits on the same machine.
 */
package dev.finexl.decompose;
