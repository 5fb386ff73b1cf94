package io.caravan.enrich;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.f2.SampleParameters;
import io.caravan.kafka.RecordHeaders;
import io.caravan.registry.DeviceRegistry;
import io.caravan.tenant.TopicOwners;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.camel.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnershipTest {

    private static final String UNCLAIMED = "{\"deviceId\":\"d\",\"temperature\":1}";
    private static final String CLAIMED = "{\"deviceId\":\"d\",\"tenant_id\":\"acme\",\"temperature\":1}";

    @TempDir
    Path folder;

    @Test
    void theTopicsTenantWinsOverThePayloads() {
        Message message =
                provisioning("acme").run(provisioning().raw("iot", "iot/t/d/raw", "t", "d", CLAIMED.getBytes(UTF_8)));

        assertThat(tenantOf(message)).isEqualTo("t");
    }

    @Test
    void aDeviceThatNoPathCanNameIsNotAdded() {
        for (String id : List.of(".", "..")) {
            EnrichStage stage = provisioning("acme");
            assertThat(EnrichStage.reason(stage.run(stage.iot(id, UNCLAIMED.replace("\"d\"", '"' + id + '"')))))
                    .isEqualTo("invalid-id");
        }
    }

    @Test
    void aTopicWithoutTenantIsTheDefaultTenants() {
        EnrichStage stage = provisioning("acme");

        assertThat(tenantOf(stage.run(stage.iot("d", CLAIMED)))).isEqualTo("default");
    }

    @Test
    void withoutAClaimTheOnlyDeviceOfThatIdIsMeant() {
        assertThat(tenantOf(run(provisioning("acme"), UNCLAIMED))).isEqualTo("acme");
        assertThat(tenantOf(run(strict("acme"), UNCLAIMED))).isEqualTo("acme");
    }

    @Test
    void withoutAClaimAndWithSeveralDevicesOfThatIdItIsTheDefaultTenants() {
        assertThat(tenantOf(run(provisioning("acme", "other"), UNCLAIMED))).isEqualTo("default");
        assertThat(tenantOf(run(strict("acme", "default"), UNCLAIMED))).isEqualTo("default");
        assertThat(EnrichStage.reason(run(strict("acme", "other"), UNCLAIMED))).isEqualTo("unknown-device");
    }

    @Test
    void aClaimTellsDevicesOfTheSameIdApart() {
        assertThat(tenantOf(run(strict("acme", "default"), CLAIMED))).isEqualTo("acme");
        assertThat(tenantOf(run(provisioning("other"), CLAIMED))).isEqualTo("acme");
        assertThat(tenantOf(run(provisioning(), CLAIMED))).isEqualTo("acme");
    }

    @Test
    void aClaimOnAnothersDeviceIsRefused() {
        assertThat(EnrichStage.reason(run(strict("other"), CLAIMED))).isEqualTo("tenant-mismatch");
        assertThat(EnrichStage.reason(run(strict("other", "default"), CLAIMED))).isEqualTo("tenant-mismatch");
    }

    @Test
    void aDeviceThatNobodyHasIsUnknown() {
        assertThat(EnrichStage.reason(run(strict(), CLAIMED))).isEqualTo("unknown-device");
        assertThat(EnrichStage.reason(run(strict(), UNCLAIMED))).isEqualTo("unknown-device");
        assertThat(tenantOf(run(provisioning(), UNCLAIMED))).isEqualTo("default");
    }

    @Test
    void idsOfTopicsAreCheckedLikeThoseOfPayloads() {
        EnrichStage stage = provisioning();
        for (String[] names :
                new String[][] {{"", "d"}, {"t", ""}, {"t", "\u0001"}, {"x".repeat(201), "d"}, {"t", "x".repeat(10_000)}
                }) {
            Message message = stage.run(stage.raw("iot", "iot/", names[0], names[1], UNCLAIMED.getBytes(UTF_8)));

            assertThat(EnrichStage.reason(message))
                    .as(names[0] + '/' + names[1])
                    .isEqualTo("invalid-id");
        }
    }

    @Test
    void untilAllThatIsLookedUpIsLoadedTheBatchWaits() {
        Directory directory = new Directory();
        TopicOwners owners = new TopicOwners();
        RegisteredApplications applications = new RegisteredApplications();
        DecodeBatch decode =
                new DecodeBatch(dialect -> null, new Ownership(directory, owners, true, false), applications);

        assertThatThrownBy(() -> decode.decode(List.of())).isInstanceOf(DirectoryUnavailable.class);
        applications.take(List.of());
        assertThatThrownBy(() -> decode.decode(List.of())).isInstanceOf(DirectoryUnavailable.class);
        directory.take(List.of());
        assertThatThrownBy(() -> decode.decode(List.of())).isInstanceOf(DirectoryUnavailable.class);
        owners.take(List.of());
        decode.decode(List.of());
    }

    @Test
    void whoOwnsATopicOwnsItsMessages() {
        EnrichStage stage = owned(false, "building/room1", "acme");
        assertThat(tenantOf(run(stage, CLAIMED))).isEqualTo("acme");
        assertThat(tenantOf(run(stage, UNCLAIMED))).isEqualTo("acme");
        assertThat(tenantOf(run(owned(false, "building", "other"), CLAIMED))).isEqualTo("other");
        assertThat(tenantOf(run(owned(false, "building/room2", "other"), CLAIMED)))
                .isEqualTo("acme");
    }

    @Test
    void wherePublishersSignInAPayloadThatClaimsAnotherTenantIsRefused() {
        assertThat(EnrichStage.reason(run(owned(true, "building/room1", "other"), CLAIMED)))
                .isEqualTo("tenant-mismatch");
        assertThat(tenantOf(run(owned(true, "building/room1", "acme"), CLAIMED)))
                .isEqualTo("acme");
        EnrichStage stage = owned(true);
        assertThat(EnrichStage.reason(stage.run(stage.raw("iot", "iot/t/d/raw", "t", "d", CLAIMED.getBytes(UTF_8)))))
                .isEqualTo("tenant-mismatch");
        assertThat(EnrichStage.reason(stage.run(stage.iot("d", CLAIMED)))).isEqualTo("tenant-mismatch");
        assertThat(tenantOf(stage.run(stage.raw("iot", "iot/acme/d/raw", "acme", "d", CLAIMED.getBytes(UTF_8)))))
                .isEqualTo("acme");
    }

    @Test
    void wherePublishersSignInATopicThatNobodyOwnsIsNotAnotherTenants() {
        EnrichStage stage = with(owned(true), "acme");

        assertThat(tenantOf(stage.run(stage.raw("building", "tele/d/SENSOR", null, "d", UNCLAIMED.getBytes(UTF_8)))))
                .isEqualTo("default");
    }

    /** Who may publish as one device of a tenant may tell of others of that tenant, where the registry says so, and of no other's. */
    @Test
    void rowsWithDevicesOfTheirOwnAreTheTopicsTenants() throws Exception {
        byte[] unclaimed = "{\"packs\":[{\"sn\":\"d\",\"v\":1}]}".getBytes(UTF_8);
        byte[] claimed = "{\"packs\":[{\"sn\":\"d\",\"t\":\"acme\",\"v\":1}]}".getBytes(UTF_8);
        EnrichStage stage = with(EnrichStage.with(packs(), new SampleParameters().parameters(), true), "acme");

        Message row = stage.run(stage.raw("hub", "hub/h1/report", null, null, unclaimed));
        assertThat(tenantOf(row)).isEqualTo("default");
        assertThat(EnrichStage.json(row).path("device_id").asText()).isEqualTo("d");
        assertThat(EnrichStage.reason(stage.run(stage.raw("hub", "hub/h1/report", null, null, claimed))))
                .isEqualTo("tenant-mismatch");
        stage.owners.take(List.of(Map.of("prefix", "hub/h1", "tenant_id", "acme")));
        assertThat(tenantOf(stage.run(stage.raw("hub", "hub/h1/report", null, null, unclaimed))))
                .isEqualTo("acme");
    }

    private DeviceRegistry packs() throws Exception {
        Files.copy(Path.of("config", "device-registry.schema.json"), folder.resolve("device-registry.schema.json"));
        String json = "{'device_types':{'lift':{'name':'Lift','update_frequency':'10_seconds','measurements':{}}},"
                + "'dialects':{'hub':{'topics':{'hub/{device}/report':{'rows':'$.packs','device':'@.sn','tenant':'@.t'}}}}}";
        return new DeviceRegistry(Files.writeString(folder.resolve("device-registry.json"), json.replace('\'', '"')));
    }

    @Test
    void aTopicBelowItsTenantNamesTheDevice() {
        EnrichStage stage = owned(true, "building/acme", "acme");

        Message message = stage.run(stage.raw("building", "building/acme/pump", null, null, CLAIMED.getBytes(UTF_8)));

        assertThat(tenantOf(message)).isEqualTo("acme");
        assertThat(message.getHeader(RecordHeaders.DEVICE)).isEqualTo("pump");
    }

    private static EnrichStage owned(boolean signedIn, String... prefixAndTenant) {
        EnrichStage stage = new EnrichStage(true, 1_000_000, signedIn);
        if (prefixAndTenant.length > 0) {
            stage.owners.take(List.of(Map.of("prefix", prefixAndTenant[0], "tenant_id", prefixAndTenant[1])));
        }
        return stage;
    }

    private static EnrichStage provisioning(String... tenants) {
        return with(EnrichStage.open(), tenants);
    }

    private static EnrichStage strict(String... tenants) {
        return with(new EnrichStage(false, 1_000_000), tenants);
    }

    private static EnrichStage with(EnrichStage stage, String... tenants) {
        for (String tenant : tenants) {
            stage.directory.add(List.of(Map.of("tenant_id", tenant, "device_id", "d")));
        }
        return stage;
    }

    private static Message run(EnrichStage stage, String payload) {
        return stage.run(stage.building(payload));
    }

    private static String tenantOf(Message message) {
        assertThat(EnrichStage.reason(message)).isNull();
        return message.getHeader(RecordHeaders.TENANT, String.class);
    }
}
