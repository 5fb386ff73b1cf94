package io.caravan.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicOwnersTest {

    private final TopicOwners owners =
            owners("building/room1", "tenant-1", "tele/plug1", "acme", "zigbee2mqtt", "acme");

    @Test
    void aPrefixHasItselfAndAllTopicsBelow() {
        assertThat(owners.ownerOf("building/room1/data")).isEqualTo("tenant-1");
        assertThat(owners.ownerOf("building/room1")).isEqualTo("tenant-1");
        assertThat(owners.ownerOf("zigbee2mqtt/kitchen/lamp/availability")).isEqualTo("acme");
    }

    @Test
    void itEndsWithAWholeLevel() {
        assertThat(owners.ownerOf("building/room10/data")).isNull();
        assertThat(owners.ownerOf("building/room")).isNull();
        assertThat(owners.ownerOf("building")).isNull();
        assertThat(owners.ownerOf("/building/room1")).isNull();
        assertThat(owners.ownerOf("")).isNull();
    }

    @Test
    void aTopicMayBeFarLongerThanAnyPrefix() {
        assertThat(owners.ownerOf("building/room1" + "/".repeat(65_000))).isEqualTo("tenant-1");
        assertThat(owners.ownerOf("building/room1" + "0".repeat(65_000))).isNull();
        assertThat(owners.ownerOf("/".repeat(65_000))).isNull();
        assertThat(owners("a/b", "x").ownerOf("a/b/c")).isEqualTo("x");
        assertThat(owners("a/b", "x").ownerOf("a/bc")).isNull();
    }

    @Test
    void theLongestCounts() {
        assertThat(owners("a", "x", "a/b", "y").ownerOf("a/b/c")).isEqualTo("y");
    }

    @Test
    void aFilterBelongsToATenantWhenAllOfItsTopicsDo() {
        assertThat(owners.belongs("building/room1/#", "tenant-1", null)).isTrue();
        assertThat(owners.belongs("building/room1/+/x", "tenant-1", null)).isTrue();
        assertThat(owners.belongs("building/+/data", "tenant-1", "tenant-1")).isTrue();
        assertThat(owners.belongs("building/+/data", "other", "other")).isFalse();
        assertThat(owners.belongs("tele/#", "acme", null)).isFalse();
        assertThat(owners.belongs("tele/plug1/SENSOR", "acme", "default")).isTrue();
        assertThat(owners.belongs("tele/plug1/SENSOR", "default", "default")).isFalse();
        assertThat(owners.belongs("tele/plug2/SENSOR", "default", "default")).isTrue();
        assertThat(owners.belongs("tele/plug2/SENSOR", "acme", "default")).isFalse();
    }

    @Test
    void aFilterOfEverythingIsNobodys() {
        assertThat(owners().belongs("#", "acme", "acme")).isFalse();
        assertThat(owners().belongs("+/a", "acme", "acme")).isFalse();
    }

    static TopicOwners owners(String... prefixesAndTenants) {
        TopicOwners owners = new TopicOwners();
        List<Map<String, Object>> rows = new java.util.ArrayList<>();
        for (int i = 0; i < prefixesAndTenants.length; i += 2) {
            rows.add(Map.of("prefix", prefixesAndTenants[i], "tenant_id", prefixesAndTenants[i + 1]));
        }
        owners.take(rows);
        return owners;
    }
}
