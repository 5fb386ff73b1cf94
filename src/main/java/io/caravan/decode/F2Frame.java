package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.caravan.decode.Measured.Form;
import io.caravan.f2.DataPoint;
import io.caravan.f2.Wiring;
import io.caravan.f2.Wiring.Sensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** A frame of a sensor on an F2 controller: bytes in JSON, read by the data points of the pin that it comes from. Stateless. */
final class F2Frame {

    private F2Frame() {}

    /**
     * Reads one frame, on whose first token the parser stands.
     *
     * @param wiring of its controller, null where it has no parameters
     * @param zone of a time that names none
     */
    static Decoded read(RawMessage raw, F2Topic topic, Wiring wiring, ZoneId zone, JsonParser parser)
            throws IOException, Undecodable {
        F2Decoder.requireObject(parser);
        long timestamp = Decoded.NO_TIME;
        String data = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (name.equals("timestamp")) {
                timestamp = JsonTokens.time(parser, zone);
            } else if (name.equals("data") && token == JsonToken.VALUE_STRING) {
                data = parser.getText();
            } else {
                parser.skipChildren();
            }
        }
        if (data == null) {
            throw HexFrame.malformed("a frame has its bytes in the field data, as a text");
        }
        ByteBuffer bytes = ByteBuffer.wrap(HexFrame.parse(data));
        Sensor sensor = sensor(topic, wiring);
        return Decoded.of(topic.device(), timestamp, PayloadHash.of(raw.payload()))
                .tenant(wiring.tenant())
                .deviceType(F2Decoder.DEVICE_TYPE)
                .measured(measure(sensor, bytes), sensor.metrics())
                .chosen(true)
                .build();
    }

    private static Sensor sensor(F2Topic topic, Wiring wiring) throws Undecodable {
        if (wiring == null) {
            throw new Undecodable(
                    Reason.UNKNOWN_PIN, "there are no parameters of a controller " + Text.excerpt(topic.controller()));
        }
        Sensor sensor = wiring.sensor(topic.connectorNumber(), topic.pin());
        if (sensor == null) {
            throw new Undecodable(
                    Reason.UNKNOWN_PIN,
                    "the controller has nothing on connector " + Text.excerpt(topic.connector()) + ", pin "
                            + topic.pin());
        }
        return sensor;
    }

    private static List<Measured> measure(Sensor sensor, ByteBuffer frame) throws Undecodable {
        List<Measured> measured = new ArrayList<>(sensor.points().size());
        int within = 0;
        for (int i = 0; i < sensor.points().size(); i++) {
            DataPoint point = sensor.points().get(i);
            boolean there = point.isWithin(frame);
            within += there ? 1 : 0;
            double value = there ? point.read(frame) : Double.NaN;
            Form form = !there ? Form.CUT_OFF : Double.isFinite(value) ? Form.NUMBER : Form.OVERFLOW;
            measured.add(new Measured(
                    sensor.metrics().get(i), form == Form.NUMBER ? value : Double.NaN, point.unit(), form));
        }
        if (within == 0) {
            throw HexFrame.malformed("a frame of " + frame.limit() + " bytes is too short for every data point");
        }
        return measured;
    }
}
