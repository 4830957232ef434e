package dev.finexl.onnx;

import java.util.List;
import java.util.Map;

/**
 * One operation of a graph.
 *
 * @param name as exporters write it, the module's path and the operator:
 *     {@code /down_blocks.1/attentions.0/proj_in/Conv}; may be empty
 * @param opType the operator, e.g. {@code MatMul}
 * @param domain the operator set; empty for ONNX's own
 * @param inputs names of values, in the operator's order; an empty name is an optional input that is not given
 * @param outputs names of values, in the operator's order
 * @param integers the attributes that are an integer or a list of integers, e.g. {@code transB} or {@code perm}
 */
public record OnnxNode(
        String name,
        String opType,
        String domain,
        List<String> inputs,
        List<String> outputs,
        Map<String, List<Long>> integers) {

    public OnnxNode {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        integers = Map.copyOf(integers);
    }

    /** An integer attribute, or its default where the node does not state it. */
    public long integer(String attribute, long otherwise) {
        List<Long> values = integers.get(attribute);
        return values == null || values.isEmpty() ? otherwise : values.getFirst();
    }

    /** Whether it is one of ONNX's own operators with so many inputs and one result; a damaged graph may have it with others. */
    boolean is(String operator, int inputCount) {
        return domain.isEmpty() && opType.equals(operator) && inputs.size() == inputCount && outputs.size() == 1;
    }

    /** This node with other inputs. */
    OnnxNode with(List<String> others) {
        return new OnnxNode(name, opType, domain, others, outputs, integers);
    }
}
