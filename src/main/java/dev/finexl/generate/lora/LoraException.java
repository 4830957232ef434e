package dev.finexl.generate.lora;

import dev.finexl.store.ModelFileException;

/**
 * A LoRA cannot be used as it is meant. Nothing of a LoRA is ever skipped: a part that does not apply would read as "the
 * personalization changed nothing".
 */
public class LoraException extends ModelFileException {

    private static final long serialVersionUID = 1L;

    /**
     * @param file how messages call the LoRA's file
     * @param what says what is wrong and what was expected, naming the key that is to blame where there is one
     */
    public LoraException(String file, String what) {
        this(file, what, null);
    }

    public LoraException(String file, String what, Throwable cause) {
        super("%s: %s".formatted(file, what), cause);
    }

    static LoraException at(String file, String key, String what) {
        return new LoraException(file, "key '%s' %s".formatted(key, what));
    }
}
