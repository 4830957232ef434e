package dev.finexl.concept;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;

/** Whatever a model replies, what is taken of it can be added to the vocabulary, and is no more than was allowed. */
class ProposalReplyProperties {

    private static final Vocabulary KNOWN = VocabularyReader.ofEntries("known", List.of("light: dark", "vivid"));
    private static final int LIMIT = 3;

    @Property(seed = "1")
    void anyText(@ForAll @StringLength(max = 200) String reply) {
        assertHarmless(reply);
    }

    @Property(seed = "2")
    void anyNames(@ForAll("entries") List<String> entries) {
        assertHarmless("{\"concepts\": [%s]}".formatted(String.join(",", entries)));
    }

    @Provide
    Arbitrary<List<String>> entries() {
        Arbitrary<String> names = Arbitraries.oneOf(
                Arbitraries.of("vivid", "Dark", "grainy", "low-poly", "soft focus", "dark "),
                Arbitraries.strings().withChars("ab -éß7{}<\u202e\u0301").ofMaxLength(12));
        return names.map("{\"name\": \"%s\", \"category\": \"style\"}"::formatted)
                .list()
                .ofMaxSize(6);
    }

    private static void assertHarmless(String reply) {
        ProposalReply read = ProposalReply.read(reply, KNOWN, LIMIT);
        assertThat(read.concepts()).hasSizeLessThanOrEqualTo(LIMIT);
        assertThat(KNOWN.with(read.concepts()).concepts())
                .hasSize(2 + read.concepts().size());
        assertThat(read.concepts())
                .allSatisfy(concept -> assertThat(concept.name()).matches("[\\p{L}\\p{M}\\p{Nd} -]{1,100}"));
    }
}
