package io.caravan.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InFlightBytesTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final InFlightBytes inFlight = new InFlightBytes(100_000, meters);
    private final List<Boolean> turns = new ArrayList<>();

    @Test
    void valvesCloseAtTheLimitAndOpenAtHalfOfIt() {
        inFlight.join(turns::add);
        long first = inFlight.take(40_000);
        assertThat(turns).containsExactly(true);
        long second = inFlight.take(70_000);
        assertThat(turns).containsExactly(true, false);
        assertThat(inFlight.isFull()).isTrue();

        inFlight.give(first);
        assertThat(turns).as("more than half is left").containsExactly(true, false);
        inFlight.give(second);
        assertThat(turns).containsExactly(true, false, true);
        assertThat(meters.get("caravan.mqtt.in.flight.bytes").gauge().value()).isZero();
    }

    @Test
    void aValveThatJoinsLateIsClosedAtOnce() {
        inFlight.take(100_000);
        inFlight.join(turns::add);

        assertThat(turns).containsExactly(false);
    }

    @Test
    void smallMessagesCountWithWhatTheyTakeBesideTheirPayload() {
        for (int i = 0; i < 49; i++) {
            inFlight.take(0);
        }

        assertThat(inFlight.isFull()).isTrue();
    }
}
