package dev.finexl.onnx;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The functions that an ONNX file defines, and what becomes of a graph when their bodies are put in the place of each call, as
 * ONNX Runtime does. Exists because a small file can so describe a graph without end: functions that call each other a few
 * hundred deep take the thread's whole stack, and the process with it; fifteen of them that call the next one twice took ONNX
 * Runtime 1.29 22 s.
 */
final class LocalFunctions {

    /** The most nodes of a graph, those of graphs inside nodes included; that of a 12 billion parameter transformer has a tenth. */
    static final int MAX_NODES = 1 << 17;

    /** The most nodes that calls stand for. They cost ONNX Runtime far more than nodes as such. */
    static final int MAX_INLINED = 1 << 15;

    /** Exporters that make a function of each module nest them as deep as the modules, some eight levels. */
    static final int MAX_DEPTH = 16;

    /** By {@link #operator}, as all that is kept of functions here. */
    private final Map<String, Body> functions = new HashMap<>();

    private final Map<String, Expansion> expansions = new HashMap<>();

    /** How often a graph or a function uses which operator, in graphs inside its nodes too. */
    static final class Body {

        private final Map<String, Integer> uses = new HashMap<>();

        /** Counts one more node. */
        void add(String domain, String operator) {
            uses.merge(operator(domain, operator), 1, Integer::sum);
        }

        private long nodes() {
            return uses.values().stream().mapToLong(Integer::longValue).sum();
        }
    }

    /**
     * What stands for a call, or for all calls of a body.
     *
     * @param nodes how many, at most one more than are accepted
     * @param depth how many calls lead to the innermost node
     */
    private record Expansion(long nodes, int depth) {

        private static final Expansion NONE = new Expansion(0, 0);

        Expansion plus(Expansion other, int times) {
            return new Expansion(Math.min(nodes + times * other.nodes, MAX_INLINED + 1), Math.max(depth, other.depth));
        }
    }

    /** Adds a function. Overloads have one name, and are taken for one function that does what all of them do. */
    void add(String domain, String name, Body body) {
        functions.merge(operator(domain, name), body, (known, overload) -> {
            overload.uses.forEach((operator, times) -> known.uses.merge(operator, times, Integer::sum));
            return known;
        });
    }

    /** Why a graph is too much for ONNX Runtime, once all functions are known; empty if it is not. */
    Optional<String> excess(Body graph) {
        if (graph.nodes() > MAX_NODES) {
            return Optional.of("it has %d nodes; expected at most %d".formatted(graph.nodes(), MAX_NODES));
        }
        Expansion calls = calls(graph, 1);
        if (calls.depth() > MAX_DEPTH) {
            return Optional.of("its functions call each other more than %d deep, or in a circle".formatted(MAX_DEPTH));
        }
        return calls.nodes() > MAX_INLINED
                ? Optional.of("its calls of functions stand for more than %d nodes".formatted(MAX_INLINED))
                : Optional.empty();
    }

    private Expansion calls(Body body, int level) {
        Expansion all = Expansion.NONE;
        for (Map.Entry<String, Integer> use : body.uses.entrySet()) {
            if (functions.containsKey(use.getKey())) {
                all = all.plus(call(use.getKey(), level), use.getValue());
            }
        }
        return all;
    }

    /** A circle ends at the level that is one too deep, which reaches the graph as such. */
    private Expansion call(String function, int level) {
        if (level > MAX_DEPTH) {
            return new Expansion(0, 1);
        }
        Expansion known = expansions.get(function);
        if (known == null) {
            Body body = functions.get(function);
            Expansion inner = calls(body, level + 1);
            known = new Expansion(Math.min(inner.nodes() + body.nodes(), MAX_INLINED + 1), inner.depth() + 1);
            expansions.put(function, known);
        }
        return known;
    }

    /**
     * What a node names: one of ONNX's operators, which have no domain, or a function. Of strings, as each node of a graph is looked up,
     * and a start would wait while the JVM makes the equals and hashCode of a record. Functions whose names are made to look alike
     * are taken for one, as overloads are.
     */
    private static String operator(String domain, String name) {
        return domain.isEmpty() || domain.equals("ai.onnx") ? name : name + " of " + domain;
    }
}
