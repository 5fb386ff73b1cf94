package io.caravan.tenant;

import static io.caravan.tenant.TopicOwnersTest.owners;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.MappedDialect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTopicsTest {

    private static final Collection<MappedDialect> SHIPPED = new DeviceRegistry(Path.of("config/device-registry.json"))
            .types()
            .dialects()
            .values();

    @TempDir
    Path folder;

    @Test
    void aDeviceHasItsOwnTopicsOfDialectIot() {
        TopicRights rights = rights("acme", owners(), "d");

        assertThat(rights.publishFilters()).contains("iot/acme/d/raw", "iot/acme/d/trends", "iot/acme/d/status");
        assertThat(rights.maySubscribe("iot/acme/d/commands")).isTrue();
        assertThat(rights.mayPublish("iot/acme/d/commands")).isFalse();
        assertThat(rights.mayPublish("iot/acme/e/raw")).isFalse();
        assertThat(rights.mayPublish("iot/other/d/raw")).isFalse();
        assertThat(rights.mayPublish("iot/d/raw")).isFalse();
        assertThat(rights.maySubscribe("iot/acme/+/commands")).isFalse();
        assertThat(rights.maySubscribe("iot/acme/d/#")).isFalse();
    }

    @Test
    void ofTheDefaultTenantItMayLeaveTheTenantOut() {
        TopicRights rights = rights("default", owners(), "d");

        assertThat(rights.mayPublish("iot/d/raw")).isTrue();
        assertThat(rights.mayPublish("iot/default/d/raw")).isTrue();
        assertThat(rights.maySubscribe("iot/d/commands")).isTrue();
        assertThat(rights.mayPublish("iot/e/raw")).isFalse();
    }

    @Test
    void itsTopicOfDialectBuildingIsItsTenants() {
        assertThat(rights("acme", owners("building/acme", "acme"), "d").mayPublish("building/acme/d"))
                .isTrue();
        assertThat(rights("acme", owners("building/acme", "acme"), "d").mayPublish("building/acme/e"))
                .isFalse();
        assertThat(rights("acme", owners(), "d").mayPublish("building/acme/d")).isFalse();
        assertThat(rights("room1", owners("building/room1", "acme"), "data").mayPublish("building/room1/data"))
                .isFalse();
    }

    @Test
    void anF2ControllerHasItsTopicsWhereTheyAreItsTenants() {
        TopicOwners owners = owners("cmnd/f2-a1", "acme", "stat/f2-a1", "acme", "tele/f2-a1", "acme");
        TopicRights rights = rights("acme", owners, "f2-a1");

        assertThat(rights.mayPublish("stat/f2-a1/access-control-mode/1/strike-1"))
                .isTrue();
        assertThat(rights.mayPublish("tele/f2-a1/sensor-mode/1/sensor-1")).isTrue();
        assertThat(rights.mayPublish("cmnd/f2-a1/sensor-mode/1/sensor-1")).isTrue();
        assertThat(rights.mayPublish("cmnd/f2-a1/access-control-mode/1/strike-1"))
                .isFalse();
        assertThat(rights.maySubscribe("cmnd/f2-a1/#")).isTrue();
        assertThat(rights.maySubscribe("cmnd/f2-a1/access-control-mode/1/strike-1"))
                .isTrue();
        assertThat(rights.maySubscribe("stat/f2-a1/#")).isFalse();
        assertThat(rights.maySubscribe("cmnd/+/access-control-mode/1/strike-1")).isFalse();
        assertThat(rights("other", owners, "f2-a1")).isEqualTo(TopicRights.NONE);
        assertThat(rights("default", owners(), "F2-A1")).isEqualTo(TopicRights.NONE);
    }

    @Test
    void aSparkplugNodeHasItsGroupsTopics() {
        TopicRights rights = rights("acme", owners("spBv1.0/plant-1", "acme"), "node");

        for (String group : List.of("acme", "plant-1")) {
            for (String topic : List.of("NBIRTH/node", "NDATA/node", "NDEATH/node", "DBIRTH/node/d", "DDATA/node/d")) {
                assertThat(rights.mayPublish("spBv1.0/" + group + '/' + topic)).isTrue();
            }
            assertThat(rights.mayPublish("spBv1.0/" + group + "/NCMD/node")).isFalse();
            assertThat(rights.mayPublish("spBv1.0/" + group + "/NDATA/node2")).isFalse();
            assertThat(rights.maySubscribe("spBv1.0/" + group + "/NCMD/node")).isTrue();
            assertThat(rights.maySubscribe("spBv1.0/" + group + "/DCMD/node/+")).isTrue();
            assertThat(rights.maySubscribe("spBv1.0/" + group + "/NCMD/+")).isFalse();
        }
        assertThat(rights.maySubscribe("spBv1.0/STATE/caravan")).isTrue();
        assertThat(rights.mayPublish("spBv1.0/STATE/caravan")).isFalse();
        assertThat(rights.mayPublish("spBv1.0/other/NDATA/node")).isFalse();
    }

    @Test
    void aGroupThatAnotherHasClaimedIsNotItsTenants() {
        TopicRights rights = rights("acme", owners("spBv1.0/acme", "other"), "node");

        assertThat(rights.mayPublish("spBv1.0/acme/NDATA/node")).isFalse();
        assertThat(rights("STATE", owners(), "x").publishFilters())
                .noneMatch(filter -> filter.startsWith("spBv1.0/STATE"));
    }

    @Test
    void dialectsOfTheRegistryAreTheDefaultTenantsUnlessClaimed() {
        assertThat(rights("default", owners(), "plug1").mayPublish("tele/plug1/SENSOR"))
                .isTrue();
        assertThat(rights("default", owners(), "plug1").mayPublish("tele/plug2/SENSOR"))
                .isFalse();
        assertThat(rights("acme", owners(), "plug1").mayPublish("tele/plug1/SENSOR"))
                .isFalse();
        TopicOwners claimed = owners("tele/plug1", "acme");
        assertThat(rights("acme", claimed, "plug1").mayPublish("tele/plug1/SENSOR"))
                .isTrue();
        assertThat(rights("default", claimed, "plug1").mayPublish("tele/plug1/SENSOR"))
                .isFalse();
    }

    @Test
    void aShellysTopicBeginsWithItsOwnName() {
        TopicRights rights = rights("default", owners(), "shellyplus1-a");

        assertThat(rights.mayPublish("shellyplus1-a/status/switch:0")).isTrue();
        assertThat(rights.mayPublish("shellyplus1-b/status/switch:0")).isFalse();
    }

    @Test
    void aDeviceOfSeveralLevelsHasWhatADialectGivesIt() {
        TopicRights rights = rights("default", owners(), "kitchen/lamp");

        assertThat(rights.mayPublish("zigbee2mqtt/kitchen/lamp")).isTrue();
        assertThat(rights.mayPublish("zigbee2mqtt/kitchen/lamp/availability")).isTrue();
        assertThat(rights.mayPublish("zigbee2mqtt/kitchen/other")).isFalse();
        assertThat(rights.publishFilters()).noneMatch(filter -> filter.startsWith("iot/"));
    }

    @Test
    void whoIsCalledLikeTheStartOfTopicsDoesNotGetThem() throws IOException {
        Collection<MappedDialect> dialects = dialects(
                "{device}/+/+/raw", "{device}/+/SENSOR", "tele/{device}/STATE", "+/x/{device}", "{tenant}/+/{device}");

        for (String device : List.of("iot", "building", "spBv1.0", "STATE", "tele", "$SYS")) {
            assertThat(DeviceTopics.of(user("default", device), owners(), dialects)
                            .publishFilters())
                    .as(device)
                    .noneMatch(filter -> filter.startsWith(device + "/+"));
        }
        assertThat(DeviceTopics.of(user("iot", "d"), owners(), dialects).publishFilters())
                .containsExactly(rights("iot", owners(), "d").publishFilters().toArray(String[]::new));
        assertThat(DeviceTopics.of(user("default", "fine"), owners(), dialects).publishFilters())
                .contains("fine/+/SENSOR", "default/+/fine")
                .noneMatch(filter -> filter.startsWith("+"));
    }

    @Test
    void aTopicThatADialectBeforeReadsAsSomebodyElsesIsNotGiven() throws IOException {
        Path file = folder.resolve("registry.json");
        Files.writeString(
                file,
                "{\"device_types\": {\"t\": {\"name\": \"T\", \"update_frequency\": \"1_minute\", \"measurements\": {\"v\": {}}}},"
                        + " \"dialects\": {\"a\": {\"topics\": {\"plant/hall/{device}/state\": {\"tenant\": \"acme\"}}},"
                        + " \"b\": {\"topics\": {\"plant/{device}/+/state\": {}}}}}");
        Collection<MappedDialect> dialects =
                new DeviceRegistry(file).types().dialects().values();

        assertThat(DeviceTopics.of(user("default", "hall"), owners(), dialects).mayPublish("plant/hall/x/state"))
                .isFalse();
        assertThat(DeviceTopics.of(user("default", "yard"), owners(), dialects).mayPublish("plant/yard/x/state"))
                .isTrue();
    }

    @Test
    void aDialectMaySayWhoseItsTopicsAre() throws IOException {
        Collection<MappedDialect> dialects = registry("\"hall/{device}/x\": {\"tenant\": \"acme\"}");

        assertThat(DeviceTopics.of(user("default", "d"), owners(), dialects).mayPublish("hall/d/x"))
                .isFalse();
        assertThat(DeviceTopics.of(user("acme", "d"), owners(), dialects).mayPublish("hall/d/x"))
                .isTrue();
    }

    @Test
    void aGatewayHasTheTopicsOfItsDevicesAndItsPrefixes() {
        MqttUser gateway = new MqttUser(
                "g",
                "acme",
                new byte[32],
                null,
                true,
                List.of("a", "b"),
                List.of("building/room1", "zigbee2mqtt", "iot/acme"));
        TopicRights rights =
                DeviceTopics.of(gateway, owners("building/room1", "acme", "zigbee2mqtt", "other"), SHIPPED);

        assertThat(rights.mayPublish("iot/acme/a/raw")).isTrue();
        assertThat(rights.mayPublish("iot/acme/b/raw")).isTrue();
        assertThat(rights.mayPublish("iot/acme/c/raw"))
                .as("iot is claimed by nobody")
                .isFalse();
        assertThat(rights.mayPublish("building/room1/data")).isTrue();
        assertThat(rights.maySubscribe("building/room1/#")).isTrue();
        assertThat(rights.mayPublish("zigbee2mqtt/lamp")).as("it is another's").isFalse();
    }

    @Test
    void whoIsSwitchedOffHasNoRights() {
        MqttUser off = new MqttUser("u", "acme", new byte[32], null, false, List.of("d"), List.of());

        assertThat(DeviceTopics.of(off, owners(), SHIPPED)).isEqualTo(TopicRights.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+", "#", "a/#", "a/+", "", "$SYS", "a\0", "a/../b", "/", "a//b", "//"})
    void namesThatAreNoLevelsGiveNothingOfOthers(String name) {
        TopicOwners owners = owners("building/acme", "acme");
        for (TopicRights rights :
                List.of(rights("acme", owners, name), rights(name, owners, "d"), rights("default", owners, name))) {
            for (String topic :
                    List.of("iot/acme/x/raw", "iot/x/raw", "building/acme/x", "tele/x/SENSOR", "zigbee2mqtt/x")) {
                assertThat(rights.mayPublish(topic)).as(topic).isFalse();
            }
            assertThat(rights.maySubscribe("#")).isFalse();
            assertThat(rights.maySubscribe("iot/acme/+/commands")).isFalse();
            assertThat(rights.maySubscribe("iot/#")).isFalse();
        }
    }

    private static TopicRights rights(String tenant, TopicOwners owners, String device) {
        return DeviceTopics.of(user(tenant, device), owners, SHIPPED);
    }

    private static MqttUser user(String tenant, String device) {
        return new MqttUser("u", tenant, new byte[32], null, true, List.of(device), List.of());
    }

    private Collection<MappedDialect> dialects(String... topics) throws IOException {
        return registry("\"" + String.join("\": {}, \"", topics) + "\": {}");
    }

    private Collection<MappedDialect> registry(String topics) throws IOException {
        Path file = folder.resolve("registry.json");
        Files.writeString(
                file,
                "{\"device_types\": {\"t\": {\"name\": \"T\", \"update_frequency\": \"1_minute\", \"measurements\": {\"v\": {}}}}, \"dialects\": {\"x\": {\"topics\": {"
                        + topics + "}}}}");
        return new DeviceRegistry(file).types().dialects().values();
    }
}
