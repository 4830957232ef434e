package dev.finexl.onnx;

import ai.onnxruntime.OrtException;

/** ONNX Runtime could not be set up, or refused a model or a run. The message names the model. */
public class OnnxException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public OnnxException(String message) {
        super(message);
    }

    public OnnxException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Whether the model or the request is at fault, so that another attempt would end the same. ONNX Runtime reports want
     * of memory and a failing device by the same codes as some damages of a model, so those count as not being its fault.
     */
    public boolean isLasting() {
        return !(getCause() instanceof OrtException e)
                || switch (e.getCode()) {
                    case ORT_INVALID_ARGUMENT,
                            ORT_NO_SUCHFILE,
                            ORT_NO_MODEL,
                            ORT_INVALID_PROTOBUF,
                            ORT_NOT_IMPLEMENTED,
                            ORT_INVALID_GRAPH -> true;
                    default -> false;
                };
    }
}
