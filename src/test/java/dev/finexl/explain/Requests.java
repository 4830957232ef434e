package dev.finexl.explain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes requests on the bundled miniature. */
final class Requests {

    private Requests() {}

    /** The bundled base with LoRAs, and further fields; those that are null are left out. */
    static ExplainRequest withLoras(List<String> loras, Object... fieldsAndValues) {
        Map<String, Object> request = new HashMap<>();
        request.put("base", "mini-diffusion");
        request.put("loras", loras.stream().map(lora -> Map.of("model", lora)).toList());
        for (int i = 0; i < fieldsAndValues.length; i += 2) {
            request.put((String) fieldsAndValues[i], fieldsAndValues[i + 1]);
        }
        request.values().removeIf(value -> value == null);
        try {
            return ExplainRequest.parse(new ObjectMapper().writeValueAsString(request));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
