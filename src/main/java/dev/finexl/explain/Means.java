package dev.finexl.explain;

/**
 * What all explanations of this process share.
 *
 * @param models that are open
 * @param answers that are known
 * @param batch most pictures that are sampled together
 * @param version of the program
 */
record Means(OpenModels models, Answers answers, int batch, String version) {

    ContentKeys keys() {
        return new ContentKeys(models, batch);
    }
}
