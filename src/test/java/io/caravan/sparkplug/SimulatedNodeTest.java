package io.caravan.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.decode.Decoded;
import io.caravan.simulator.Message;
import io.caravan.simulator.SparkplugNode;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SimulatedNodeTest {

    @Test
    void whatASimulatedNodeSendsIsDecodedWithoutAnyDoubt() throws Exception {
        SparkplugStage stage = new SparkplugStage(SparkplugStage.NONE);
        SparkplugNode node = new SparkplugNode(new SplittableRandom(3));
        node.will();
        int readings = 0;
        int births = 0;
        for (int i = 0; i < 1_000; i++) {
            if (i == 500) {
                node.command(RebirthCommand.payload(1));
            }
            Message message = node.next(i % 4, Instant.ofEpochMilli(SparkplugStage.NOON + i));
            Decoded decoded = stage.run(message.topic(), message.payload());
            readings +=
                    decoded.eventType().equals("telemetry") ? decoded.measured().size() : 0;
            births += decoded.eventType().equals("sparkplug.nbirth") ? 1 : 0;
        }
        stage.now += 60_000_000;
        assertThat(births).isEqualTo(2);
        assertThat(readings).isEqualTo(3 * (1_000 - 2 - 8));
        assertThat(stage.commands()).isEmpty();
        Message will = node.will();
        assertThat(stage.run(will.topic(), will.payload()).standing().online())
                .as("the will of the next connection says nothing about this one")
                .isTrue();
    }
}
