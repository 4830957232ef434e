package dev.finexl.concept;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A text of bounded size that somebody handed in as a file or as a string, with the name under which messages speak of it.
 *
 * @param source the name for messages
 * @param text the whole text, without the byte order mark that some editors write
 */
record Document(String source, String text) {

    /** The largest size that is read. The largest vocabulary of ordinary words and phrases takes about 5 MB. */
    static final int MAX_BYTES = 8 << 20;

    /** A line that says something; the first line of a document has number 1. */
    record Line(int number, String text) {

        String location() {
            return "line " + number;
        }
    }

    Document {
        if (text.length() > MAX_BYTES) {
            throw tooLarge().in(source);
        }
        text = text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /** Reads a UTF-8 file of a user. Whatever is wrong with it is the user's to mend, so it is an input error. */
    static Document read(Path file) {
        Path fileName = file.getFileName();
        String source = (fileName == null ? file : fileName).toString();
        try (InputStream in = Files.newInputStream(file)) {
            return read(source, in);
        } catch (NoSuchFileException e) {
            throw new ConceptInputException("the file", "does not exist").in(source);
        } catch (IOException e) {
            throw new ConceptInputException("the file", "cannot be read: " + e.getMessage()).in(source);
        }
    }

    /** Reads UTF-8 to the end of a stream. */
    static Document read(String source, InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw tooLarge().in(source);
        }
        try {
            return new Document(
                    source,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) {
            throw new ConceptInputException("the text", "must be UTF-8, but is not").in(source);
        }
    }

    /** The lines that are neither blank nor comments, stripped; a comment is a line that starts with {@code #}. */
    List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            number++;
            String stripped = line.strip();
            if (!stripped.isEmpty() && stripped.charAt(0) != '#') {
                lines.add(new Line(number, stripped));
            }
        }
        return lines;
    }

    private static ConceptInputException tooLarge() {
        return new ConceptInputException("the text", "must have at most %d bytes".formatted(MAX_BYTES));
    }
}
