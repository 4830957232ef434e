package dev.finexl.embed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table by which sentencepiece normalises text ("precompiled charsmap", mostly NFKC with changes): a trie of UTF-8
 * sequences as a double array (darts-clone), and the texts that they become.
 *
 * <p>As in the Rust library: a grapheme of less than six bytes is looked up as a whole, and otherwise, or if that finds nothing,
 * character by character; each lookup takes the shortest sequence of the trie that the text begins with. Every index is
 * checked, as the file may be anybody's: what leads out of the table is not in it.
 */
final class CharacterMap {

    private static final Pattern GRAPHEME = Pattern.compile("\\X");
    private static final int WHOLE_GRAPHEME_BELOW = 6;

    private final int[] trie;
    private final byte[] texts;

    private CharacterMap(int[] trie, byte[] texts) {
        this.trie = trie;
        this.texts = texts;
    }

    /**
     * @param table little-endian: the trie's size in bytes, the trie in units of 32 bits, texts that end with a zero
     * @return empty if the sizes do not fit
     */
    static Optional<CharacterMap> of(byte[] table) {
        ByteBuffer buffer = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
        if (table.length < Integer.BYTES) {
            return Optional.empty();
        }
        int size = buffer.getInt();
        if (size < Integer.BYTES || size % Integer.BYTES != 0 || size > buffer.remaining()) {
            return Optional.empty();
        }
        int[] trie = new int[size / Integer.BYTES];
        buffer.asIntBuffer().get(trie);
        return Optional.of(new CharacterMap(trie, Arrays.copyOfRange(table, Integer.BYTES + size, table.length)));
    }

    String apply(String text) {
        StringBuilder normal = new StringBuilder();
        Matcher graphemes = GRAPHEME.matcher(text);
        while (graphemes.find()) {
            String grapheme = graphemes.group();
            byte[] bytes = grapheme.getBytes(StandardCharsets.UTF_8);
            String whole = bytes.length < WHOLE_GRAPHEME_BELOW ? find(bytes) : null;
            if (whole != null) {
                normal.append(whole);
            } else {
                grapheme.codePoints().forEach(c -> {
                    String character = Character.toString(c);
                    String found = find(character.getBytes(StandardCharsets.UTF_8));
                    normal.append(found == null ? character : found);
                });
            }
        }
        return normal.toString();
    }

    private String find(byte[] key) {
        int node = offset(trie[0]);
        for (byte b : key) {
            int label = b & 0xff;
            node ^= label;
            if (label == 0 || node < 0 || node >= trie.length || (trie[node] & 0x8000_00ff) != label) {
                return null;
            }
            boolean ends = (trie[node] >>> 8 & 1) == 1;
            node ^= offset(trie[node]);
            if (ends) {
                return node < 0 || node >= trie.length ? null : text(trie[node] & 0x7fff_ffff);
            }
        }
        return null;
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }

    private String text(int start) {
        int end = start;
        while (end < texts.length && texts[end] != 0) {
            end++;
        }
        return start > texts.length ? null : new String(texts, start, end - start, StandardCharsets.UTF_8);
    }
}
