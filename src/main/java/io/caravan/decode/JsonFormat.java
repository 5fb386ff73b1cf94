package io.caravan.decode;

/** JSON that stands in a text, or in other bytes. Stateless. */
public final class JsonFormat implements PayloadFormat {

    @Override
    public void write(byte[] payload, JsonText json) throws Undecodable {
        byte[] plain = Utf8.plain(payload);
        JsonDecoder.readContent(plain, parser -> {
            parser.skipChildren();
            return null;
        });
        json.raw(plain, 0, plain.length);
    }
}
