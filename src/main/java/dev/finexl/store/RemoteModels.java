package dev.finexl.store;

import java.util.List;

/** Models that are not on this machine. They are brought here whole before they are read, and then are ordinary files. */
public interface RemoteModels {

    /** No models: every reference is refused that would lead to some. */
    RemoteModels NONE = new RemoteModels() {

        @Override
        public boolean means(String reference) {
            return false;
        }

        @Override
        public CatalogueEntry find(String reference, Transfer transfer) {
            throw new ModelReferenceException("model '%s': no models are read from elsewhere".formatted(reference));
        }

        @Override
        public CatalogueEntry folder(String reference, Transfer transfer) {
            return find(reference, transfer);
        }

        @Override
        public List<CatalogueItem> list() {
            return List.of();
        }

        @Override
        public boolean allows(String reference) {
            return false;
        }

        @Override
        public RemoteModels allowing(List<String> references) {
            return this;
        }
    };

    /** Whether a reference is meant for models of this kind, be it right or wrong. */
    boolean means(String reference);

    /**
     * Brings a model here.
     *
     * @param transfer follows it, and can stop it
     * @throws ModelReferenceException if there is no model, or it may not be read
     * @throws ModelFileException if it cannot be had whole
     * @throws java.util.concurrent.CancellationException if the transfer was stopped
     */
    CatalogueEntry find(String reference, Transfer transfer);

    /** Brings a folder of plain files here, without the folders in it; as {@link #find} does. */
    CatalogueEntry folder(String reference, Transfer transfer);

    /**
     * The models that may be read, as far as they lie where folders of models have them.
     *
     * @throws ModelReferenceException or ModelFileException if they cannot be listed
     */
    List<CatalogueItem> list();

    /**
     * Whether a place may be read by all.
     *
     * @param reference that is meant for models of this kind
     * @throws ModelReferenceException if it is not a reference
     */
    boolean allows(String reference);

    /**
     * These models for a caller who may also read others, as the user of a command line may read what he names there.
     *
     * @param references those that are meant for models of this kind
     * @throws ModelReferenceException if one of them is not a reference
     */
    RemoteModels allowing(List<String> references);
}
