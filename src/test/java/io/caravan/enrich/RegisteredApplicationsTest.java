package io.caravan.enrich;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RegisteredApplicationsTest {

    private final EnrichStage stage = EnrichStage.open();

    @Test
    void aMessageNamesTheApplicationsOfItsTenantAndTypeByName() {
        stage.applications.take(List.of(
                row("acme", "Foreign", "\"smart_breaker\""),
                row("default", "Both \"ü\"", "\"smart_meter\",\"smart_breaker\""),
                row("default", "Breakers", "\"smart_breaker\"")));

        JsonNode registry = registry("smart_breaker");

        assertThat(registry.fieldNames())
                .toIterable()
                .containsExactly("device_type", "registered_applications_count", "applications", "query_timestamp");
        assertThat(registry.get("device_type").textValue()).isEqualTo("smart_breaker");
        assertThat(registry.get("registered_applications_count").intValue()).isEqualTo(2);
        assertThat(registry.findValuesAsText("name")).containsExactly("Both \"ü\"", "Breakers");
        assertThat(registry.at("/applications/1"))
                .hasToString(
                        "{\"id\":\"id of Breakers\",\"name\":\"Breakers\",\"description\":null,\"version\":\"1.0\","
                                + "\"developer\":\"Team\",\"category\":null,\"platform\":\"web\",\"devicetypes\":[\"smart_breaker\"],"
                                + "\"status\":\"active\",\"created_at\":\"2026-11-21T10:00:00.000001Z\","
                                + "\"updated_at\":\"2026-11-21T11:00:00.000000Z\"}");
        assertThat(registry("smart_meter").get("registered_applications_count").intValue())
                .isEqualTo(1);
        assertThat(registry("environmental_sensor")
                        .get("registered_applications_count")
                        .intValue())
                .isZero();
    }

    @Test
    void aTypeIsMatchedAsAWhole() {
        stage.applications.take(List.of(row("default", "Part", "\"breaker\",\"smart\"")));

        assertThat(registry("smart_breaker").get("applications")).isEmpty();
    }

    @Test
    void whatIsReadTakesThePlaceOfWhatWasThere() {
        stage.applications.take(List.of(row("default", "Old", "\"smart_breaker\"")));
        assertThat(registry("smart_breaker").get("applications")).hasSize(1);

        stage.applications.take(List.of());
        assertThat(registry("smart_breaker").get("applications")).isEmpty();
    }

    @Test
    void ofManyOnlySomeAreListedAndAllAreCounted() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 100; i < 400; i++) {
            rows.add(row("default", "app-" + i, "\"smart_breaker\""));
        }
        stage.applications.take(rows);

        JsonNode registry = registry("smart_breaker");
        assertThat(registry.get("registered_applications_count").intValue()).isEqualTo(300);
        assertThat(registry.get("applications")).hasSizeBetween(50, 299);
        assertThat(registry.get("applications").toString().length())
                .isLessThan(RegisteredApplications.MOST_BYTES + 500);
        assertThat(registry.at("/applications/0/name").textValue()).isEqualTo("app-100");
    }

    @Test
    void untilTheyAreLoadedNobodyCanTell() {
        assertThatThrownBy(new RegisteredApplications()::requireLoaded).isInstanceOf(DirectoryUnavailable.class);
    }

    private JsonNode registry(String type) {
        String payload = "{\"deviceId\":\"of-%s\",\"device_type\":\"%s\",\"x\":1}".formatted(type, type);
        return EnrichStage.json(stage.run(stage.building(payload))).get("application_registry");
    }

    private static Map<String, Object> row(String tenant, String name, String types) {
        Map<String, Object> row = new HashMap<>();
        row.put("tenant_id", tenant);
        row.put("id", "id of " + name);
        row.put("name", name);
        row.put("version", "1.0");
        row.put("developer", "Team");
        row.put("platform", "web");
        row.put("devicetypes", "[" + types + "]");
        row.put("created_at", Timestamp.from(Instant.parse("2026-11-21T10:00:00.000001Z")));
        row.put("updated_at", Timestamp.from(Instant.parse("2026-11-21T11:00:00Z")));
        return row;
    }
}
