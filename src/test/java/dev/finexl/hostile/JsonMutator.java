package dev.finexl.hostile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Spoils JSON: mostly what it says, so that it stays JSON and gets past the parser, and sometimes its bytes. */
public final class JsonMutator {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final String[] VALUES = {
        "null",
        "true",
        "0",
        "-1",
        "-0.0",
        "0.5",
        "1e309",
        "-1e309",
        "1e-400",
        "NaN",
        "2147483647",
        "2147483648",
        "-9223372036854775808",
        "9223372036854775808",
        "1" + "0".repeat(999),
        "\"\"",
        "\" \"",
        "\"1\"",
        "\"NaN\"",
        "\"../../etc/passwd\"",
        "\"/etc/passwd\"",
        "\"s3://models/../x\"",
        "\"http://169.254.169.254/\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\u202e\\u0301\\uffff\"",
        "\"a\\nb: ${jndi:ldap://x}%s%n\"",
        "\"" + "x".repeat(5000) + "\"",
        "[]",
        "{}",
        "[null]",
        "[[[[[[[[]]]]]]]]",
        "{\"\": {\"__proto__\": 1}}",
        "[" + "1,".repeat(3000) + "1]",
        "[".repeat(2000) + "]".repeat(2000),
        "{\"@class\": \"javax.script.ScriptEngineManager\"}"
    };

    private final Mutator mutator;
    private final Random random;

    public JsonMutator(long seed) {
        this.mutator = new Mutator(seed);
        this.random = mutator.random();
    }

    /** The document with one to three changes. */
    public byte[] spoil(String json) {
        if (random.nextInt(24) == 0) {
            return mutator.oneOf(VALUES).getBytes(StandardCharsets.UTF_8);
        }
        try {
            JsonNode tree = MAPPER.readTree(json);
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                change(tree);
            }
            byte[] spoilt = MAPPER.writeValueAsBytes(tree);
            return random.nextInt(8) == 0 ? mutator.spoil(spoilt) : spoilt;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    private void change(JsonNode tree) {
        List<JsonNode> containers = new ArrayList<>();
        collect(tree, containers);
        switch (containers.get(random.nextInt(containers.size()))) {
            case ObjectNode object -> change(object);
            case ArrayNode array -> change(array);
            default -> throw new IllegalStateException();
        }
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode() && (containers.isEmpty() || !node.isEmpty())) {
            containers.add(node);
        }
        node.forEach(child -> collect(child, containers));
    }

    private void change(ObjectNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        String name = names.isEmpty() ? "x" : names.get(random.nextInt(names.size()));
        switch (random.nextInt(6)) {
            case 0 -> object.remove(name);
            case 1 -> object.set(name + "X", object.path(name));
            case 2 -> object.set(name, object.path(names.isEmpty() ? "x" : names.get(random.nextInt(names.size()))));
            default -> object.putRawValue(name, value());
        }
    }

    private void change(ArrayNode array) {
        int at = array.isEmpty() ? 0 : random.nextInt(array.size());
        switch (random.nextInt(5)) {
            case 0 -> array.insertRawValue(at, value());
            case 1 -> {
                if (!array.isEmpty()) {
                    array.add(array.get(at));
                }
            }
            case 2 -> {
                if (!array.isEmpty()) {
                    array.remove(at);
                }
            }
            default -> {
                if (!array.isEmpty()) {
                    array.setRawValue(at, value());
                }
            }
        }
    }

    private RawValue value() {
        return new RawValue(mutator.oneOf(VALUES));
    }
}
