package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.util.RawValue;

/** A device as answers show it. */
record DeviceAnswer(
        @JsonProperty("device_id") String id,
        String label,
        @JsonProperty("device_type") String type,
        @JsonProperty("site_id") String site,
        @JsonProperty("zone_id") String zone,
        RawValue tags,
        RawValue parameters,
        @JsonProperty("created_at") String createdAt,
        @JsonProperty("updated_at") String updatedAt,
        @JsonProperty("last_seen") String lastSeen,
        Boolean online,
        @JsonProperty("decommissioned_at") @JsonInclude(JsonInclude.Include.NON_NULL) String decommissionedAt) {

    static DeviceAnswer of(Row row) {
        return new DeviceAnswer(
                row.text("device_id"),
                row.text("label"),
                row.text("device_type"),
                row.text("site_id"),
                row.text("zone_id"),
                row.json("tags"),
                row.json("parameters"),
                row.time("created_at"),
                row.time("updated_at"),
                row.time("last_seen"),
                (Boolean) row.value("online"),
                row.time("decommissioned_at"));
    }
}
