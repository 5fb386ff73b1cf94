package io.caravan.payload;

import io.caravan.decode.HexFrame;
import io.caravan.decode.JsonText;
import io.caravan.decode.PayloadFormat;
import io.caravan.decode.Text;
import io.caravan.decode.Undecodable;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes of another format in a text: hexadecimal digits, or base64 in either alphabet of RFC 4648, with padding or without, and a data URL. White space in them is passed over. Immutable. */
public final class Encoded implements PayloadFormat {

    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");

    private static final Pattern NO_BASE64 = Pattern.compile("[^A-Za-z0-9+/_=\\s-]");

    /** RFC 2397. */
    private static final Pattern DATA_URL = Pattern.compile("data:[^,]{0,100};base64,");

    private final boolean hex;
    private final PayloadFormat content;

    /**
     * @param hex whether it is in hexadecimal digits, and not in base64
     * @param content what the bytes are
     */
    public Encoded(boolean hex, PayloadFormat content) {
        this.hex = hex;
        this.content = content;
    }

    @Override
    public void write(byte[] payload, JsonText json) throws Undecodable {
        content.write(bytes(payload), json);
    }

    @Override
    public boolean hasRows() {
        return content.hasRows();
    }

    /** Each encoded alone. */
    @Override
    public List<byte[]> rows(byte[] payload) throws Undecodable {
        return content.rows(bytes(payload)).stream().map(this::text).toList();
    }

    private byte[] text(byte[] row) {
        return hex
                ? HexFormat.of().formatHex(row).getBytes(StandardCharsets.US_ASCII)
                : Base64.getEncoder().encode(row);
    }

    private byte[] bytes(byte[] payload) throws Undecodable {
        String text = PlainText.of(payload).strip();
        return hex ? HexFrame.parse(digits(text)) : base64(text);
    }

    @Override
    public Set<String> columns() {
        return content.columns();
    }

    @Override
    public boolean hasWords() {
        return content.hasWords();
    }

    /** The digits without what is written around them: 0x2EFB, 2E-FB and 2E:FB. */
    private static String digits(String text) {
        return (text.regionMatches(true, 0, "0x", 0, 2) ? text.substring(2) : text)
                .replace('-', ' ')
                .replace(':', ' ');
    }

    private static byte[] base64(String text) throws Undecodable {
        Matcher url = DATA_URL.matcher(text);
        int data = url.lookingAt() ? url.end() : 0;
        try {
            return Base64.getDecoder()
                    .decode(WHITE_SPACE
                            .matcher(text.substring(data))
                            .replaceAll("")
                            .replace('-', '+')
                            .replace('_', '/'));
        } catch (IllegalArgumentException e) {
            throw HexFrame.malformed("no base64: " + mistake(text, data) + Text.excerpt(text));
        }
    }

    /** Which character is none, where it is one of them that is wrong. */
    private static String mistake(String text, int from) {
        Matcher other = NO_BASE64.matcher(text).region(from, text.length());
        if (other.find()) {
            return "'" + Text.printable(other.group()) + "' is none of its characters, at character "
                    + (other.start() + 1) + " of ";
        }
        return "it ends within a byte, or has something behind the padding: ";
    }
}
