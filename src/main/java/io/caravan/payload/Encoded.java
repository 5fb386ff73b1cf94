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

/** Bytes of another format in a text: hexadecimal digits, or base64 in either alphabet of RFC 4648, with padding or without. Immutable. */
public final class Encoded implements PayloadFormat {

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
        return hex ? HexFrame.parse(text) : base64(text);
    }

    private static byte[] base64(String text) throws Undecodable {
        try {
            return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
        } catch (IllegalArgumentException e) {
            throw HexFrame.malformed("no base64: " + Text.excerpt(text));
        }
    }
}
