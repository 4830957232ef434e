package dev.finexl.concept;

import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.model.openai.OpenAiChatModel;
import java.time.Duration;
import java.util.List;

/**
 * One question to a chat endpoint in OpenAI's protocol. All of LangChain4j that the program uses is here and in
 * {@link DeadlineHttpClient}.
 *
 * <p>Attempts are counted here instead of by LangChain4j, which would also repeat a request whose answer it cannot read,
 * and logs each failure with what the server sent. Temperature is 0; no response format is demanded, since servers differ
 * in which they accept, and the reply is checked anyway.
 */
final class VlmChat {

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final OpenAiChatModel model;
    private final int retries;

    VlmChat(VlmSettings settings) {
        model = OpenAiChatModel.builder()
                .httpClientBuilder(new DeadlineHttpClient.Builder(settings.timeout()))
                .baseUrl(settings.baseUrl().toString())
                .apiKey(settings.apiKey())
                .modelName(settings.model())
                .temperature(0.0)
                .seed(settings.seed())
                .maxTokens(settings.maxTokens())
                .maxRetries(0)
                .build();
        retries = settings.retries();
    }

    /**
     * The text of the reply; null if it has none.
     *
     * @throws NoAnswerException if there is no reply after all attempts
     */
    String ask(ProposalPrompt prompt) {
        UserMessage message =
                UserMessage.from(prompt.parts().stream().map(VlmChat::content).toList());
        for (int attempt = 0; ; attempt++) {
            try {
                return model.chat(List.of(message)).aiMessage().text();
            } catch (NoAnswerException e) {
                if (!e.passing() || attempt == retries) {
                    throw e;
                }
                pause(PAUSE.multipliedBy(1L << attempt));
            } catch (ContentFilteredException e) {
                throw new NoAnswerException("it refused", false);
            } catch (RuntimeException e) {
                throw new NoAnswerException("what came back is not a chat completion", false);
            }
        }
    }

    private static Content content(ProposalPrompt.Part part) {
        return switch (part) {
            case ProposalPrompt.Part.Text text -> TextContent.from(text.text());
            case ProposalPrompt.Part.Picture picture ->
                ImageContent.from(picture.base64(), "image/png", ImageContent.DetailLevel.LOW);
        };
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoAnswerException("waiting for it was interrupted", false);
        }
    }
}
