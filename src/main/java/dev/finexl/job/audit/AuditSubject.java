package dev.finexl.job.audit;

import dev.finexl.store.s3.S3Location;
import java.util.List;
import java.util.Optional;

/**
 * What an upload asks to be audited, by the name of the object: a LoRA, or a model directory by its
 * {@code model_index.json}, which has to be uploaded last since it says that the others are there.
 */
sealed interface AuditSubject {

    /** What has to be readable for the audit, as a reference without a version. */
    String location();

    /** References of the objects in which the subject's own fields may be said; the first that is there counts. */
    List<String> overrides();

    /**
     * One file.
     *
     * @param object the {@code .safetensors} file
     */
    record Lora(ObjectVersion object) implements AuditSubject {

        /** The LoRA of exactly this version. */
        String reference() {
            return location()
                    + (object.versionId() != null ? "?versionId=" + object.versionId() : "?etag=" + object.etag());
        }

        @Override
        public String location() {
            return AuditSubject.reference(object, object.key());
        }

        @Override
        public List<String> overrides() {
            String name = object.key().substring(0, object.key().length() - LORA_ENDING.length());
            return List.of(
                    AuditSubject.reference(object, name + "." + OVERRIDES),
                    AuditSubject.reference(object, folder(object.key()) + OVERRIDES));
        }
    }

    /**
     * A directory of files, which have versions of their own: they are read as they are now.
     *
     * @param marker its {@code model_index.json}
     */
    record Model(ObjectVersion marker) implements AuditSubject {

        @Override
        public String location() {
            return AuditSubject.reference(marker, folder(marker.key()));
        }

        @Override
        public List<String> overrides() {
            return List.of(AuditSubject.reference(marker, folder(marker.key()) + OVERRIDES));
        }
    }

    /** The ending of LoRA files. */
    String LORA_ENDING = ".safetensors";

    /** The file that marks a model directory. */
    String MARKER = "model_index.json";

    /** The file beside a subject that says what its audit does differently. */
    String OVERRIDES = "audit.json";

    /** What an object is the upload of; empty if it asks for nothing by its name. */
    static Optional<AuditSubject> of(ObjectVersion object) {
        String name = object.key().substring(object.key().lastIndexOf('/') + 1);
        if (name.equals(MARKER)) {
            return Optional.of(new Model(object));
        }
        // Weights inside of a model directory are no LoRA, and lie in its parts.
        return name.endsWith(LORA_ENDING) && name.length() > LORA_ENDING.length()
                ? Optional.of(new Lora(object))
                : Optional.empty();
    }

    private static String folder(String key) {
        return key.substring(0, key.lastIndexOf('/') + 1);
    }

    private static String reference(ObjectVersion object, String key) {
        return S3Location.SCHEME + object.bucket() + "/" + key;
    }
}
