package io.caravan.enrich;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.decode.Slice;
import io.caravan.decode.Timestamps;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;

/**
 * The active applications of all tenants, held in memory so that no message waits for the database, and rendered once for each
 * tenant and device type. Replaced as a whole by the route {@code refresh-applications}. Thread-safe.
 */
public final class RegisteredApplications {

    /** What the applications of a message may have in bytes; of more, those that come first by name are listed. */
    static final int MOST_BYTES = 32_768;

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final List<String> TEXTS =
            List.of("id", "name", "description", "version", "developer", "category", "platform");

    private volatile Snapshot snapshot;

    /**
     * Replaces all of them.
     *
     * @param rows of {@code sql/select-applications.sql}, in the order in which they are to be listed
     */
    public void take(@Body List<Map<String, Object>> rows) {
        snapshot = new Snapshot(rows, microsOf(Instant.now()));
    }

    /** @throws DirectoryUnavailable until they have been loaded */
    void requireLoaded() {
        if (snapshot == null) {
            throw new DirectoryUnavailable();
        }
    }

    /**
     * The field {@code application_registry} with the comma before it, as the end of a message has it.
     *
     * @param type a device type of the registry
     */
    SerializableString of(String tenant, String type) {
        return snapshot.of(tenant, type);
    }

    private record Application(List<String> types, byte[] json) {}

    /** What was read at one moment. */
    private static final class Snapshot {

        private final Map<String, List<Application>> byTenant = new HashMap<>();
        private final Map<String, Map<String, SerializableString>> rendered = new HashMap<>();
        private final Map<String, SerializableString> none = new ConcurrentHashMap<>();
        private final String readAt;

        Snapshot(List<Map<String, Object>> rows, long readAt) {
            this.readAt = Timestamps.format(readAt);
            for (Map<String, Object> row : rows) {
                String tenant = (String) row.get("tenant_id");
                byTenant.computeIfAbsent(tenant, name -> new ArrayList<>()).add(applicationOf(row));
                rendered.computeIfAbsent(tenant, name -> new ConcurrentHashMap<>());
            }
        }

        SerializableString of(String tenant, String type) {
            Map<String, SerializableString> ofTenant = rendered.get(tenant);
            return ofTenant == null
                    ? none.computeIfAbsent(type, name -> render(List.of(), name))
                    : ofTenant.computeIfAbsent(type, name -> render(byTenant.get(tenant), name));
        }

        private SerializableString render(List<Application> applications, String type) {
            ByteArrayOutputStream list = new ByteArrayOutputStream();
            int count = 0;
            boolean full = false;
            for (Application application : applications) {
                if (application.types.contains(type)) {
                    count++;
                    full |= list.size() + application.json.length > MOST_BYTES;
                    if (!full) {
                        list.writeBytes((list.size() == 0 ? "" : ",").getBytes(StandardCharsets.UTF_8));
                        list.writeBytes(application.json);
                    }
                }
            }
            String json =
                    """
                    ,"application_registry":{"device_type":"%s","registered_applications_count":%d,\
                    "applications":[%s],"query_timestamp":"%s"}"""
                            .formatted(type, count, list.toString(StandardCharsets.UTF_8), readAt);
            return new RenderedJson(Slice.of(json.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static Application applicationOf(Map<String, Object> row) {
        try {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            TEXTS.forEach(name -> json.put(name, (String) row.get(name)));
            List<String> types = new ArrayList<>();
            MAPPER.readTree((String) row.get("devicetypes")).forEach(type -> types.add(type.textValue()));
            json.set("devicetypes", MAPPER.valueToTree(types));
            json.put("status", "active");
            for (String time : List.of("created_at", "updated_at")) {
                json.put(time, Timestamps.format(microsOf(((Timestamp) row.get(time)).toInstant())));
            }
            return new Application(types, MAPPER.writeValueAsBytes(json));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database gives what is no JSON", e);
        }
    }

    private static long microsOf(Instant time) {
        return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
    }
}
