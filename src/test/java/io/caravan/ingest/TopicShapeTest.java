package io.caravan.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.ingest.TopicShape.Names;
import org.junit.jupiter.api.Test;

class TopicShapeTest {

    @Test
    void anIotTopicNamesTheDeviceAndWhereItIsLongerTheTenant() {
        assertThat(TopicShape.IOT.read("iot/d/raw")).isEqualTo(new Names(null, "d"));
        assertThat(TopicShape.IOT.read("iot/t/d/status")).isEqualTo(new Names("t", "d"));
        assertThat(TopicShape.IOT.read("iot/d")).isEqualTo(Names.NONE);
        assertThat(TopicShape.IOT.read("")).isEqualTo(Names.NONE);
    }

    @Test
    void anOpaqueTopicNamesNothing() {
        assertThat(TopicShape.OPAQUE.read("building/t/d")).isEqualTo(Names.NONE);
    }
}
