package dev.finexl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whether the program may be passed on with all that it is made of, by the list that the build leaves of that. */
class LicencesIT {

    private static final Path SBOM = Path.of("target/sbom.json");

    /** Licences under which something may be part of a program under the Apache License; any one that is offered will do. */
    private static final Set<String> FITTING = Set.of(
            "Apache-2.0",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "CC0-1.0",
            "EPL-1.0",
            "EPL-2.0",
            "MIT",
            "MIT-0",
            "MPL-2.0",
            "Public Domain",
            "UPL-1.0");

    /** They say "The BSD License", which is taken for the oldest; their LICENSE.txt is that of three clauses. */
    private static final Map<String, String> MISTAKEN = Map.of("com.twelvemonkeys", "BSD-4-Clause");

    @Test
    void everyPartHasALicenceThatFits() throws IOException {
        List<JsonNode> parts = Golden.elements(
                        new ObjectMapper().readTree(SBOM.toFile()).path("components"))
                .toList();
        assertThat(parts)
                .extracting(part -> part.path("name").asText())
                .contains("tokenizers", "quarkus-rest", "protobuf-java")
                .anyMatch(name -> name.startsWith("onnxruntime"));
        Map<String, List<String>> misfits = new TreeMap<>();
        for (JsonNode part : parts) {
            List<String> licences = Golden.elements(part.path("licenses"))
                    .map(LicencesIT::licence)
                    .toList();
            boolean mistaken = MISTAKEN.entrySet().stream()
                    .anyMatch(group -> part.path("group").asText().startsWith(group.getKey())
                            && licences.equals(List.of(group.getValue())));
            if (!mistaken && licences.stream().noneMatch(FITTING::contains)) {
                misfits.put(part.path("purl").asText(), licences);
            }
        }
        assertThat(misfits).isEmpty();
    }

    /** Its identifier where it has one (SPDX), else what its maker calls it. */
    private static String licence(JsonNode choice) {
        JsonNode licence = choice.path("license");
        return Stream.of(licence.path("id"), licence.path("name"), choice.path("expression"))
                .map(JsonNode::asText)
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
    }
}
