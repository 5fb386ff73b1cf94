package io.caravan.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import io.caravan.decode.Decoded;
import io.caravan.decode.Reason;
import io.caravan.decode.Undecodable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Date;
import java.util.SplittableRandom;
import org.eclipse.tahu.message.model.MetricDataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayloadTest {

    private static final long NOON = 1_795_262_400_000L;

    @Test
    void theHeadIsRead() throws Exception {
        Payload payload = Payload.read(Tahu.nodeBirth(NOON, 255, 7).bytes());

        assertThat(payload.timestamp()).isEqualTo(NOON * 1_000);
        assertThat(payload.seq()).isEqualTo(255);
        assertThat(payload.bdSeq()).isEqualTo(7);
        assertThat(payload.metrics()).extracting(Metric::name).containsExactly("bdSeq", "Node Control/Rebirth");
        assertThat(Payload.read(Tahu.nodeDeath(NOON, 7)).seq()).isEqualTo(Payload.NO_SEQ);
    }

    @ParameterizedTest
    @CsvSource({
        "Int8, -128",
        "Int8, 127",
        "Int16, -32768",
        "Int16, 32767",
        "Int32, -2147483648",
        "Int32, 2147483647",
        "Int64, -9007199254740992",
        "UInt8, 255",
        "UInt16, 65535",
        "UInt32, 4294967295",
        "UInt64, 18446744073709551615",
        "UInt64, 9223372036854775809",
        "Float, -21.3",
        "Float, 3.4028235E38",
        "Double, 0.1",
        "Double, -1.7976931348623157E308"
    })
    void numbersAreThoseThatTahuEncodes(String name, String number) throws Exception {
        MetricDataType type =
                (MetricDataType) MetricDataType.class.getField(name).get(null);
        Metric metric = only(
                Tahu.payload(NOON, 1).with("m", 4L, type, value(name, number)).bytes());

        assertThat(metric.alias()).isEqualTo(4);
        assertThat(metric.type()).isEqualTo(type.toIntValue());
        assertThat(metric.timestamp()).isEqualTo(NOON * 1_000);
        double read = metric.field() == Metric.Field.INT || metric.field() == Metric.Field.LONG
                ? DataTypes.integer(metric.type(), metric.bits())
                : metric.number();
        assertThat(read).isEqualTo(Double.parseDouble(number));
    }

    private static Object value(String type, String number) {
        return switch (type) {
            case "Int8" -> Byte.valueOf(number);
            case "Int16", "UInt8" -> Short.valueOf(number);
            case "Int32", "UInt16" -> Integer.valueOf(number);
            case "Int64", "UInt32" -> Long.valueOf(number);
            case "UInt64" -> new BigInteger(number);
            case "Float" -> Float.valueOf(number);
            default -> Double.valueOf(number);
        };
    }

    @Test
    void aSignIsThatOfTheTypeHoweverFarTheEncoderHasExtendedIt() {
        assertThat(DataTypes.integer(DataTypes.INT8, 0xfb)).isEqualTo(-5);
        assertThat(DataTypes.integer(DataTypes.INT8, 0xffff_fffbL)).isEqualTo(-5);
        assertThat(DataTypes.integer(DataTypes.INT32, -5)).isEqualTo(-5);
        assertThat(DataTypes.integer(DataTypes.UINT32, -1)).isEqualTo(4_294_967_295.0);
        assertThat(DataTypes.integer(DataTypes.BOOLEAN, 1)).isEqualTo(1);
    }

    @Test
    void booleansTimesTextsAndNullsAreToldApart() throws Exception {
        Payload payload = Payload.read(Tahu.payload(NOON, 1)
                .with("on", null, MetricDataType.Boolean, true)
                .with("since", null, MetricDataType.DateTime, new Date(NOON))
                .with("name", null, MetricDataType.String, "Prüfstand")
                .with("blob", null, MetricDataType.Bytes, new byte[] {1, 2})
                .with("none", null, MetricDataType.Double, null)
                .withTransient("passing", MetricDataType.Int32, 1)
                .bytes());

        assertThat(payload.metrics())
                .extracting(Metric::field)
                .containsExactly(
                        Metric.Field.BOOLEAN,
                        Metric.Field.LONG,
                        Metric.Field.STRING,
                        Metric.Field.BYTES,
                        Metric.Field.NONE,
                        Metric.Field.INT);
        assertThat(payload.metrics().get(1).bits()).isEqualTo(NOON);
        assertThat(payload.metrics().get(2).raw().text()).isEqualTo("Prüfstand");
        assertThat(payload.metrics().get(3).raw().length()).isEqualTo(2);
        assertThat(payload.metrics().get(5).isTransient()).isTrue();
    }

    @Test
    void unitAndQualityAreReadAmongOtherProperties() throws Exception {
        Payload payload = Payload.read(Tahu.payload(NOON, 1)
                .with("t", null, MetricDataType.Double, 21.5, "°C", 500)
                .with("u", null, MetricDataType.Double, 21.5, "a unit of more than 16 characters", null)
                .bytes());

        assertThat(payload.metrics().get(0).unit()).isEqualTo("°C");
        assertThat(payload.metrics().get(0).quality()).isEqualTo(500);
        assertThat(payload.metrics().get(1).unit()).isNull();
        assertThat(payload.metrics().get(1).quality()).isEqualTo(Metric.GOOD);
    }

    @Test
    void aPayloadThatEndsTooSoonIsNone() throws Exception {
        byte[] whole = Tahu.payload(NOON, 1)
                .with("t", 1L, MetricDataType.Double, 21.5, "°C", 192)
                .with("name", 2L, MetricDataType.String, "x")
                .bytes();
        int read = 0;
        for (int length = 0; length < whole.length; length++) {
            try {
                Payload.read(Arrays.copyOf(whole, length));
                read++; // between two fields of the head
            } catch (Undecodable e) {
                assertThat(e.reason()).isEqualTo(Reason.MALFORMED_SPARKPLUG);
            }
        }
        assertThat(read).isLessThan(6);
    }

    @ParameterizedTest
    @CsvSource({
        "7b7d, malformed-sparkplug", // {}
        "12ffffffff7f, malformed-sparkplug", // a metric of 34 GB
        "12ffffffff07, malformed-sparkplug", // a metric of 2 GB
        "0affffffffffffffffff01, malformed-sparkplug",
        "1880ffffff0f, malformed-sparkplug", // seq
        "1200, malformed-sparkplug", // neither name nor alias
        "12040a02c328, malformed-sparkplug", // a name that is no UTF-8
        "12030a0100, invalid-metric",
        "08ffffffffffffffffff01, invalid-timestamp",
        "22125350425631 2e305f434f4d50524553534544, malformed-sparkplug"
    })
    void whatIsNoPayloadSaysWhy(String hex, String reason) {
        byte[] bytes = java.util.HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThatThrownBy(() -> Payload.read(bytes))
                .isInstanceOfSatisfying(
                        Undecodable.class, e -> assertThat(e.reason().code()).isEqualTo(reason));
    }

    @Test
    void groupsInGroupsEndTheReading() {
        byte[] nested = new byte[1_000_000];
        Arrays.fill(nested, (byte) 0x33); // the beginning of a group, field 6
        assertThatThrownBy(() -> Payload.read(nested)).isInstanceOf(Undecodable.class);
    }

    @Test
    void moreMetricsThanAnyNodeHasAreRefused() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        for (int i = 0; i <= Decoded.MOST_VALUES; i++) {
            out.writeByteArray(2, new byte[] {0x10, 1});
        }
        out.flush();
        assertThatThrownBy(() -> Payload.read(bytes.toByteArray()))
                .isInstanceOfSatisfying(
                        Undecodable.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
    }

    @Test
    void randomBytesAreReadOrRefused() {
        SplittableRandom random = new SplittableRandom(14);
        byte[] seed = Tahu.nodeBirth(NOON, 0, 3)
                .with("t", 1L, MetricDataType.Double, 21.5, "°C", 192)
                .with("name", 2L, MetricDataType.String, "x")
                .bytes();
        int read = 0;
        for (int i = 0; i < 60_000; i++) {
            byte[] bytes = i % 2 == 0 ? seed.clone() : new byte[random.nextInt(60)];
            if (i % 2 == 1) {
                random.nextBytes(bytes);
            }
            for (int change = random.nextInt(4); change >= 0 && bytes.length > 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                Payload.read(bytes);
                read++;
            } catch (Undecodable e) {
                assertThat(e.reason()).isNotEqualTo(Reason.INTERNAL_ERROR);
            }
        }
        assertThat(read).isPositive();
    }

    @Test
    void theRebirthCommandIsOneThatTahuUnderstands() throws Exception {
        org.eclipse.tahu.message.model.SparkplugBPayload command =
                new org.eclipse.tahu.message.SparkplugBPayloadDecoder()
                        .buildFromByteArray(RebirthCommand.payload(NOON), null);

        assertThat(command.getTimestamp()).isEqualTo(new Date(NOON));
        assertThat(command.getMetrics()).singleElement().satisfies(metric -> {
            assertThat(metric.getName()).isEqualTo("Node Control/Rebirth");
            assertThat(metric.getDataType()).isEqualTo(MetricDataType.Boolean);
            assertThat(metric.getValue()).isEqualTo(true);
        });
    }

    private static Metric only(byte[] bytes) throws Undecodable {
        Payload payload = Payload.read(bytes);
        assertThat(payload.metrics()).hasSize(1);
        return payload.metrics().get(0);
    }
}
