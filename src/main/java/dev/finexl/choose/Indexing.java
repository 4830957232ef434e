package dev.finexl.choose;

import dev.finexl.explain.Explanation;
import dev.finexl.store.StorageException;
import java.util.function.Consumer;

/** Puts every explanation of a model into an index. An index that cannot be written is a warning: the caller has his answer. */
public final class Indexing implements Consumer<Explanation> {

    private static final System.Logger LOG = System.getLogger(Indexing.class.getName());

    private final ModelIndex index;

    public Indexing(ModelIndex index) {
        this.index = index;
    }

    @Override
    public void accept(Explanation explanation) {
        try {
            IndexedModel.of(explanation).ifPresent(index::add);
        } catch (StorageException e) {
            LOG.log(System.Logger.Level.WARNING, "the explanation is not in the index: " + e.getMessage());
        }
    }
}
