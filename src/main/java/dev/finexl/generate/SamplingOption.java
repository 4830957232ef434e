package dev.finexl.generate;

/** What a request can say of sampling, apart from prompts and seeds, that not every generator understands. */
public enum SamplingOption {
    SCHEDULER("scheduler"),
    STEPS("steps"),
    GUIDANCE_SCALE("guidanceScale"),
    NEGATIVE_PROMPT("negativePrompt"),
    SIZE("height");

    private final String field;

    SamplingOption(String field) {
        this.field = field;
    }

    /** The field of a request. */
    public String field() {
        return field;
    }
}
