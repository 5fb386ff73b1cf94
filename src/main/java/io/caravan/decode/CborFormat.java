package io.caravan.decode;

/** CBOR (RFC 8949), as JSON says the same: byte strings as data URLs in base64url, names that are whole numbers as texts. Stateless. */
public final class CborFormat implements PayloadFormat {

    @Override
    public void write(byte[] payload, JsonText json) throws Undecodable {
        byte[] same = CborJson.ofAny(payload);
        json.raw(same, 0, same.length);
    }
}
