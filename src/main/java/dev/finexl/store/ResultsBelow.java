package dev.finexl.store;

import java.util.Optional;

/** Part of a store: what is kept under keys that begin alike. */
record ResultsBelow(ResultStore whole, String prefix) implements ResultStore {

    @Override
    public Optional<byte[]> get(String key) {
        return whole.get(prefix + key);
    }

    @Override
    public void put(String key, byte[] body, String contentType) {
        whole.put(prefix + key, body, contentType);
    }

    @Override
    public boolean putIfAbsent(String key, byte[] body, String contentType) {
        return whole.putIfAbsent(prefix + key, body, contentType);
    }

    @Override
    public void delete(String key) {
        whole.delete(prefix + key);
    }

    @Override
    public String describe(String key) {
        return whole.describe(prefix + key);
    }
}
