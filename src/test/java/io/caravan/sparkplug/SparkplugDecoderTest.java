package io.caravan.sparkplug;

import static io.caravan.sparkplug.SparkplugStage.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.caravan.decode.Decoded;
import io.caravan.decode.Measured;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Reason;
import io.caravan.decode.Standing;
import io.caravan.decode.Undecodable;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.eclipse.tahu.message.model.MetricDataType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SparkplugDecoderTest {

    private static final String NBIRTH = "spBv1.0/plant/NBIRTH/edge";
    private static final String NDATA = "spBv1.0/plant/NDATA/edge";
    private static final String NDEATH = "spBv1.0/plant/NDEATH/edge";
    private static final String DBIRTH = "spBv1.0/plant/DBIRTH/edge/pump";
    private static final String DDATA = "spBv1.0/plant/DDATA/edge/pump";
    private static final String DDEATH = "spBv1.0/plant/DDEATH/edge/pump";
    private static final String REBIRTH = "spBv1.0/plant/NCMD/edge";

    private SparkplugStage stage;

    @BeforeEach
    void begin() {
        stage = new SparkplugStage(SparkplugStage.NONE);
    }

    private Decoded nodeIsBorn(long bdSeq) throws Undecodable {
        return stage.run(
                NBIRTH,
                Tahu.nodeBirth(NOON + stage.size(), 0, bdSeq)
                        .with("Uptime", 1L, MetricDataType.UInt32, 10L, "s", null)
                        .bytes());
    }

    private Decoded deviceIsBorn(long seq) throws Undecodable {
        return stage.run(
                DBIRTH,
                Tahu.payload(NOON + stage.size(), seq)
                        .with("Temperature", 2L, MetricDataType.Int8, (byte) -5, "°C", null)
                        .with("Serial", 3L, MetricDataType.String, "A-1")
                        .bytes());
    }

    private Decoded deviceSays(long seq, int value) throws Undecodable {
        return stage.run(
                DDATA,
                Tahu.payload(NOON + stage.size(), seq)
                        .with(null, 2L, MetricDataType.Int8, (byte) value)
                        .data());
    }

    @Test
    void dataByAliasIsWhatTheBirthDeclared() throws Exception {
        Decoded node = nodeIsBorn(3);
        Decoded birth = deviceIsBorn(1);
        Decoded data = deviceSays(2, -7);

        assertThat(node.tenant()).isEqualTo("plant");
        assertThat(node.device()).isEqualTo("edge");
        assertThat(node.eventType()).isEqualTo("sparkplug.nbirth");
        assertThat(node.measured())
                .extracting(Measured::metric, Measured::value, Measured::unit)
                .containsExactly(
                        tuple("bdSeq", 3.0, null),
                        tuple("Node Control/Rebirth", 0.0, null),
                        tuple("Uptime", 10.0, "s"));
        assertThat(birth.device()).isEqualTo("edge/pump");
        assertThat(birth.body().text())
                .contains("\"seq\":1")
                .contains("\"readings\":1")
                .contains("\"name\":\"Serial\"")
                .contains("\"datatype\":\"String\",\"value\":\"A-1\"")
                .doesNotContain("Temperature");
        assertThat(data.eventType()).isEqualTo("telemetry");
        assertThat(data.body()).isNull();
        assertThat(data.measured()).singleElement().satisfies(metric -> {
            assertThat(metric.metric()).isEqualTo("Temperature");
            assertThat(metric.value()).isEqualTo(-7);
            assertThat(metric.unit()).isEqualTo("°C");
            assertThat(metric.timestamp()).isEqualTo((NOON + 2) * 1_000);
        });
        assertThat(List.of(node.standing(), birth.standing(), data.standing()))
                .containsOnly(new Standing(true, List.of()));
        assertThat(stage.commands()).isEmpty();
    }

    @Test
    void valuesTellWhatTheyAreAndHowFarTheyCanBeTrusted() throws Exception {
        nodeIsBorn(0);
        Decoded data = stage.run(
                NDATA,
                Tahu.payload(NOON, 1)
                        .with("stale", null, MetricDataType.Double, 1.5, null, 500)
                        .with("bad", null, MetricDataType.Double, 1.5, null, 0)
                        .with("null", null, MetricDataType.Int32, null)
                        .with("nan", null, MetricDataType.Double, Double.NaN)
                        .with("noText", null, MetricDataType.String, null)
                        .with("text", null, MetricDataType.Text, "open")
                        .withTransient("passing", MetricDataType.Int32, 4)
                        .withHistorical("earlier", null, MetricDataType.Boolean, true, NOON - 60_000)
                        .bytes());

        assertThat(data.measured())
                .extracting(Measured::metric, Measured::form, Measured::doubtful)
                .containsExactly(
                        tuple("stale", Measured.Form.NUMBER, true),
                        tuple("bad", Measured.Form.OVERFLOW, true),
                        tuple("null", Measured.Form.OVERFLOW, false),
                        tuple("nan", Measured.Form.OVERFLOW, false),
                        tuple("noText", Measured.Form.ABSENT, false),
                        tuple("text", Measured.Form.TEXT, false),
                        tuple("earlier", Measured.Form.NUMBER, false));
        assertThat(data.measured().get(6).timestamp()).isEqualTo((NOON - 60_000) * 1_000);
        assertThat(data.body().text()).contains("\"value\":\"open\"");
    }

    @Test
    void whatNoBirthDeclaresIsADeadLetterAndARebirthIsAskedForOnce() throws Exception {
        refused(() -> deviceSays(7, 1), Reason.UNKNOWN_ALIAS);
        refused(() -> deviceSays(8, 1), Reason.UNKNOWN_ALIAS);

        assertThat(stage.commands()).containsExactly(REBIRTH);
        assertThat(stage.commands()).isEmpty();
        refused(() -> deviceSays(9, 1), Reason.UNKNOWN_ALIAS);
        stage.now += 9_000_000;
        assertThat(stage.commands()).as("not so soon again").isEmpty();
        stage.now += 1_000_000;
        assertThat(stage.commands()).containsExactly(REBIRTH);
        stage.now += 60_000_000;
        assertThat(stage.commands()).as("silent since").isEmpty();

        nodeIsBorn(0);
        deviceIsBorn(1);
        assertThat(deviceSays(2, 1).measured()).hasSize(1);
        assertThat(stage.commands()).isEmpty();
        refused(
                () -> stage.run(
                        DDATA,
                        Tahu.payload(NOON, 3)
                                .with(null, 99L, MetricDataType.Int8, (byte) 1)
                                .data()),
                Reason.UNKNOWN_ALIAS);
        assertThat(stage.commands()).containsExactly(REBIRTH);
    }

    @Test
    void anIntegerWithoutAnyTypeIsNotGuessed() throws Exception {
        byte[] untyped = Tahu.payload(NOON, 1)
                .with("count", null, MetricDataType.Int32, -1)
                .data();
        nodeIsBorn(0);
        refused(() -> stage.run(NDATA, untyped), Reason.UNKNOWN_ALIAS);
    }

    @Test
    void aMissingMessageIsWaitedForAndThenARebirthIsAskedFor() throws Exception {
        nodeIsBorn(0);
        deviceIsBorn(1);
        deviceSays(4, 1);
        assertThat(stage.commands()).as("it may still come").isEmpty();
        stage.now += 1_000_000;
        deviceSays(3, 1);
        deviceSays(2, 1);
        stage.now += 5_000_000;
        assertThat(stage.commands()).as("all have come").isEmpty();

        deviceSays(5, 1);
        deviceSays(7, 1);
        stage.now += 2_000_000;
        assertThat(stage.commands()).containsExactly(REBIRTH);

        stage.run(NBIRTH, Tahu.nodeBirth(NOON + 99, 8, 0).bytes());
        deviceIsBorn(9);
        deviceSays(10, 1);
        stage.now += 20_000_000;
        assertThat(stage.commands()).isEmpty();
    }

    @Test
    void sequenceNumbersBeginAgainAfter255() throws Exception {
        nodeIsBorn(0);
        deviceIsBorn(1);
        for (int seq = 2; seq < 700; seq++) {
            deviceSays(seq % 256, seq % 100);
        }
        stage.now += 20_000_000;
        assertThat(stage.commands()).isEmpty();
    }

    @Test
    void whatIsDeliveredAgainChangesNothing() throws Exception {
        nodeIsBorn(0);
        deviceIsBorn(1);
        for (int seq = 2; seq < 10; seq++) {
            deviceSays(seq, seq);
        }
        for (int offset : new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
            stage.one(stage.sendAgain(offset));
        }
        assertThat(deviceSays(10, 1).measured()).hasSize(1);
        stage.now += 20_000_000;
        assertThat(stage.commands()).isEmpty();
    }

    @Test
    void historyAsksNobody() throws Exception {
        int gap = stage.send(
                DDATA,
                Tahu.payload(NOON, 7)
                        .with(null, 2L, MetricDataType.Int8, (byte) 1)
                        .data());
        stage.now += 61_000_000;
        refused(() -> stage.one(gap), Reason.UNKNOWN_ALIAS);
        assertThat(stage.commands()).isEmpty();
    }

    @Test
    void theDeathOfANodeTakesItsDevicesAlong() throws Exception {
        nodeIsBorn(3);
        deviceIsBorn(1);
        Decoded death = stage.run(NDEATH, Tahu.nodeDeath(NOON, 3));

        assertThat(death.eventType()).isEqualTo("sparkplug.ndeath");
        assertThat(death.timestamp()).as("that of its connection says nothing").isEqualTo(Decoded.NO_TIME);
        assertThat(death.standing()).isEqualTo(new Standing(false, List.of("edge/pump")));
        assertThat(death.body().text()).contains("\"bdSeq\":3");
        refused(() -> deviceSays(2, 1), Reason.UNKNOWN_ALIAS);
        assertThat(stage.run(NDEATH, Tahu.nodeDeath(NOON, 3)).standing())
                .as("said twice")
                .isEqualTo(new Standing(false, List.of()));
    }

    @Test
    void aDeathOfAnOlderSessionIsIgnored() throws Exception {
        nodeIsBorn(3);
        nodeIsBorn(4);
        deviceIsBorn(1);
        Decoded death = stage.run(NDEATH, Tahu.nodeDeath(NOON, 3));

        assertThat(death.standing()).isEqualTo(new Standing(true, List.of()));
        assertThat(deviceSays(2, 1).measured()).hasSize(1);
    }

    @Test
    void theDeathOfADeviceTakesItAlone() throws Exception {
        nodeIsBorn(3);
        deviceIsBorn(1);
        Decoded death = stage.run(DDEATH, Tahu.payload(NOON, 2).bytes());

        assertThat(death.device()).isEqualTo("edge/pump");
        assertThat(death.standing()).isEqualTo(new Standing(false, List.of()));
        assertThat(death.timestamp()).isEqualTo(NOON * 1_000);
        stage.now += 20_000_000;
        assertThat(stage.commands()).isEmpty();
    }

    @Test
    void aReplayIsReadByTheBirthOfItsSessionAndByNoOther() throws Exception {
        int early = stage.send(
                DDATA,
                Tahu.payload(NOON, 7)
                        .with(null, 2L, MetricDataType.Int8, (byte) 9)
                        .data());
        refused(() -> stage.one(early), Reason.UNKNOWN_ALIAS);
        stage.now += 1_000;
        nodeIsBorn(0);
        deviceIsBorn(1);

        Decoded replayed = stage.one(stage.replay(early));
        assertThat(replayed.measured())
                .extracting(Measured::metric, Measured::value)
                .containsExactly(tuple("Temperature", 9.0));

        stage.now += 1_000;
        stage.run(NDEATH, Tahu.nodeDeath(NOON, 0));
        stage.now += 1_000;
        nodeIsBorn(1);
        deviceIsBorn(1);
        refused(() -> stage.one(stage.replay(early)), Reason.UNKNOWN_ALIAS);
        stage.now += 1_000;
        assertThat(deviceSays(2, 1).measured()).as("a replay changes nothing").hasSize(1);
        stage.now += 20_000_000;
        assertThat(stage.commands()).isEmpty();
    }

    @Test
    void whatOneClientHearsLateDoesNotChangeWhatTheOtherHears() throws Exception {
        nodeIsBorn(0);
        deviceIsBorn(1);
        byte[] other = Tahu.payload(NOON, 1)
                .with("Pressure", 2L, MetricDataType.Int8, (byte) 1)
                .bytes();
        stage.one(stage.sendTo("two", NBIRTH, Tahu.nodeBirth(NOON, 0, 9).bytes()));
        stage.one(stage.sendTo("two", DBIRTH, other));

        assertThat(deviceSays(2, 1).measured()).extracting(Measured::metric).containsExactly("Temperature");
    }

    @Test
    void aMessageLookedAtAloneIsReadAsFarAsItExplainsItself() throws Exception {
        SparkplugDecoder decoder = new SparkplugDecoder(new Sessions(), stage.rebirths);
        byte[] birth = Tahu.nodeBirth(NOON, 0, 1).bytes();

        assertThat(decoder.decode(new RawMessage("sparkplug", NBIRTH, null, null, 0, birth))
                        .measured())
                .hasSize(2);
        for (String topic : List.of("spBv1.0/plant/NCMD/edge", "spBv1.0/plant/DDATA/edge", "spBv1.0/plant", "x", "")) {
            assertThatThrownBy(() -> decoder.decode(new RawMessage("sparkplug", topic, null, null, 0, birth)))
                    .isInstanceOfSatisfying(
                            Undecodable.class, e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED_SPARKPLUG));
        }
        assertThatThrownBy(
                        () -> decoder.decode(new RawMessage("sparkplug", "spBv1.0//NBIRTH/edge", null, null, 0, birth)))
                .isInstanceOfSatisfying(
                        Undecodable.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_ID));
    }

    private static void refused(ThrowingCallable call, Reason reason) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Undecodable.class, e -> assertThat(e.reason())
                .isEqualTo(reason));
    }
}
