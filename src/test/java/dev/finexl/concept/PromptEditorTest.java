package dev.finexl.concept;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptEditorTest {

    private final Vocabulary vocabulary = VocabularyReader.parse("test", """
            palette: vivid
            subject: fish
            subject: owl
            subject: cat
            place: at sunset
            place: sunset
            place: in the snow
            """);
    private final PromptEditor editor = new PromptEditor(vocabulary);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a red fish at sunset         | vivid       | a red fish at sunset, vivid style
            a red fish at sunset         | cat         | a red cat at sunset
            a fish and a Cat             | owl         | an owl and an owl
            an owl                       | fish        | a fish
            a catfish                    | owl         | a catfish, owl
            a house                      | owl         | a house, owl
            a red fish at sunset         | in the snow | a red fish in the snow
            a red fish in the snow       | at sunset   | a red fish at sunset
            a red fish                   | at sunset   | a red fish, at sunset
            """)
    void putsAConceptIntoAPrompt(String prompt, String name, String said) {
        Concept concept = vocabulary.concepts().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
        assertThat(editor.say(prompt, concept, name)).isEqualTo(said);
    }
}
