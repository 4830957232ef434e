package dev.finexl.concept;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The side of a picture that a concept speaks of. It decides how the concept is said in a prompt ({@link PromptJoiner})
 * and how it is said in a summary when no {@linkplain Phrase phrase} was written for it.
 */
public enum Category {
    /** Movements and genres: impressionist, anime, cyberpunk. */
    STYLE("more \"%s\" in style"),
    /** What a picture is made with: watercolor, woodcut, origami. */
    MEDIUM("more \"%s\" in medium"),
    /** Colours, saturation and contrast: vivid, sepia, teal and orange. */
    PALETTE("more \"%s\" in colour"),
    /** Lighting: golden hour, backlit, neon lighting. */
    LIGHT("more \"%s\" in lighting"),
    /** Surfaces and grain: film grain, impasto, metallic. */
    TEXTURE("more \"%s\" in texture"),
    /** How form is computed or worked out: photorealistic, low-poly, cel shading. */
    RENDERING("more \"%s\" in rendering"),
    /** Drawing: line art, bold outlines, hatching. */
    LINE("more \"%s\" in line"),
    /** Arrangement and view: symmetrical, isometric, cluttered. */
    COMPOSITION("more \"%s\" in composition"),
    /** What a picture feels like: serene, eerie, whimsical. */
    MOOD("more \"%s\" in mood"),
    /** The time that a picture seems to come from: medieval, 1980s, futuristic. */
    ERA("more \"%s\" in period"),
    /** What is shown: cat, castle, school uniform. */
    SUBJECT("more often of \"%s\""),
    /** Where it is shown: at the beach, in a forest. */
    PLACE("more often set \"%s\""),
    /** The camera, its lens and its film: bokeh, fisheye, long exposure. */
    CAMERA("more \"%s\" in camera work");

    private final String standardPhrase;

    Category(String standardPhrase) {
        this.standardPhrase = standardPhrase;
    }

    /** Whether it says what is shown, and where, so that one concept takes the place of another; the others add to a picture. */
    public boolean isContent() {
        return this == SUBJECT || this == PLACE;
    }

    /** The name as it stands in vocabulary files: lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The category of a label, in any case.
     *
     * @param field where the label stands, for the message
     * @throws ConceptInputException if there is no such category
     */
    static Category of(String field, String label) {
        return Arrays.stream(values())
                .filter(category -> category.name().equalsIgnoreCase(label))
                .findFirst()
                .orElseThrow(() -> new ConceptInputException(
                        field,
                        "names the category %s, but must name one of %s"
                                .formatted(
                                        Texts.quoted(label),
                                        Arrays.stream(values())
                                                .map(Category::label)
                                                .collect(Collectors.joining(", ")))));
    }

    /** The phrase of a concept for which none was written: the concept's own name, quoted. */
    Phrase standardPhrase(String conceptName) {
        return new Phrase(Phrase.PLACEHOLDER + " " + standardPhrase.formatted(conceptName));
    }
}
