package dev.finexl.onnx;

import java.util.Map;
import java.util.Set;

/**
 * Where the graph and its initializers are in an ONNX file: what is needed to write the file again with some of them
 * changed and everything else as it was, byte for byte.
 *
 * @param graph the graph
 * @param initializers by name, in the file's order
 * @param listedAsInputs the initializers that the file lists among the inputs too, as files before IR version 4 must
 */
record GraphLayout(Range graph, Map<String, Range> initializers, Set<String> listedAsInputs) {

    /**
     * A field that holds a message.
     *
     * @param field its first byte, of the tag
     * @param start the message's first byte, after the length
     * @param end the byte after the message's last
     */
    record Range(long field, long start, long end) {}
}
