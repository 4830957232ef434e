package dev.finexl.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.store.ModelReferenceException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3LocationTest {

    @ParameterizedTest
    @CsvSource({
        "s3://models, models, ''",
        "s3://models/, models, ''",
        "s3://models/sd15, models, sd15",
        "s3://models/sd15/, models, sd15",
        "s3://my-bucket.eu/a/b c/ü.safetensors, my-bucket.eu, a/b c/ü.safetensors"
    })
    void readsABucketAndAKey(String reference, String bucket, String key) {
        S3Location location = S3Location.parse(reference);
        assertThat(location).isEqualTo(new S3Location(bucket, key));
        assertThat(S3Location.parse(location.toString())).isEqualTo(location);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "models",
                "/models",
                "S3://models/a",
                "https://models/a",
                "s3://",
                "s3:///a",
                "s3://ab/a",
                "s3://Models/a",
                "s3://user@models/a",
                "s3://models:9000/a",
                "s3://mod..els/a",
                "s3://models/..",
                "s3://models/../other",
                "s3://models/a/../b",
                "s3://models/./a",
                "s3://models//a",
                "s3://models/a//b",
                "s3://models/a//",
                "s3://models/a\\b",
                "s3://models/a\0",
                "s3://models/a\nb",
                "s3://models/a\u001b[2Jb"
            })
    void refusesWhatWouldBeSomethingElseAsAPath(String reference) {
        assertThatThrownBy(() -> S3Location.parse(reference))
                .isInstanceOf(ModelReferenceException.class)
                .message()
                .doesNotContainPattern("\\p{Cntrl}");
    }

    @Test
    void refusesEndlessKeys() {
        assertThatThrownBy(() -> S3Location.parse("s3://models/" + "a/".repeat(600)))
                .hasMessageContaining("at most 1024 bytes");
        assertThatThrownBy(() -> S3Location.parse("s3://models/" + "ü".repeat(128)))
                .isInstanceOf(ModelReferenceException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "s3://b-1/models, s3://b-1/models, true",
        "s3://b-1/models/, s3://b-1/models/sd15/x.safetensors, true",
        "s3://b-1/models, s3://b-1/models-secret/x.safetensors, false",
        "s3://b-1/models, s3://b-1/models.safetensors, false",
        "s3://b-1/models, s3://b-1/Models/x, false",
        "s3://b-1/models/a, s3://b-1/models, false",
        "s3://b-1/models, s3://b-12/models/x, false",
        "s3://b-1, s3://b-1/anything/at/all, true",
        "s3://b-1, s3://b-1.evil/anything, false"
    })
    void allowsWholePartsOfKeysOnly(String allowed, String asked, boolean expected) {
        assertThat(S3AllowList.parse(List.of(allowed)).allows(S3Location.parse(asked)))
                .isEqualTo(expected);
    }

    @Test
    void allowsNothingByDefault() {
        assertThat(new S3AllowList(List.of()).allows(S3Location.parse("s3://models/a")))
                .isFalse();
    }
}
