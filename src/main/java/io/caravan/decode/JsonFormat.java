package io.caravan.decode;

/** JSON that stands in a text, or in other bytes. Stateless. */
public final class JsonFormat implements PayloadFormat {

    @Override
    public void write(byte[] payload, JsonText json) throws Undecodable {
        JsonDecoder.read(payload, parser -> {
            parser.skipChildren();
            return null;
        });
        json.raw(payload, 0, payload.length);
    }
}
