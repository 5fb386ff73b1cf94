package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.util.RawValue;

/**
 * An application as answers show it.
 *
 * @param apiKey null but in the answer to who has registered it
 */
record Application(
        String id,
        String name,
        String description,
        String version,
        String developer,
        @JsonProperty("contact_email") String contactEmail,
        String category,
        String platform,
        RawValue devicetypes,
        String status,
        @JsonProperty("created_at") String createdAt,
        @JsonProperty("updated_at") String updatedAt,
        @JsonProperty("api_key") @JsonInclude(JsonInclude.Include.NON_NULL) String apiKey) {

    static Application of(Row row) {
        return of(row, null);
    }

    static Application of(Row row, String apiKey) {
        return new Application(
                row.text("id"),
                row.text("name"),
                row.text("description"),
                row.text("version"),
                row.text("developer"),
                row.text("contact_email"),
                row.text("category"),
                row.text("platform"),
                row.json("devicetypes"),
                row.text("status"),
                row.time("created_at"),
                row.time("updated_at"),
                apiKey);
    }
}
