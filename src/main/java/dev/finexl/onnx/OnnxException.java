package dev.finexl.onnx;

/** ONNX Runtime could not be set up, or refused a model or a run. The message names the model. */
public class OnnxException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public OnnxException(String message) {
        super(message);
    }

    public OnnxException(String message, Throwable cause) {
        super(message, cause);
    }
}
