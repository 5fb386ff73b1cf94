package io.caravan.enrich;

import com.fasterxml.jackson.core.SerializableString;
import io.caravan.decode.Slice;
import io.caravan.registry.DeviceType;
import java.nio.charset.StandardCharsets;

/**
 * The end of every enriched message of a device type.
 *
 * @param info what follows {@code enriched_at} in {@code enrichment_info}
 * @param metadata the field {@code device_metadata}
 */
record TypeTail(SerializableString info, SerializableString metadata) {

    /** The version of the enriched message's shape. */
    private static final String VERSION = "3.0.0";

    static TypeTail of(DeviceType type) {
        String name = type.name();
        String info =
                """
                ,"enrichment_service":"caravan","enrichment_version":"%s","device_type_detected":"%s",\
                "fdi_package_used":false,"app_registry_integration":true"""
                        .formatted(VERSION, name);
        String metadata = new String(type.metadataJson(), StandardCharsets.UTF_8);
        return new TypeTail(rendered(info), rendered(",\"device_metadata\":" + metadata));
    }

    private static SerializableString rendered(String json) {
        return new RenderedJson(Slice.of(json.getBytes(StandardCharsets.UTF_8)));
    }
}
