package io.caravan.enrich;

import io.caravan.decode.Decoded;
import io.caravan.decode.Reason;
import io.caravan.decode.Undecodable;
import io.caravan.kafka.Batch;
import io.caravan.registry.DeviceRegistry;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;

/**
 * Adds the unknown devices of a batch to the directory, all of them with one statement: {@link #collect} before it, {@link
 * #settle} after it. Thread-safe.
 */
public final class Provisioning {

    private final Directory directory;
    private final DeviceRegistry registry;
    private final int cap;

    /** @param cap how many devices a tenant may have */
    public Provisioning(Directory directory, DeviceRegistry registry, int cap) {
        this.directory = directory;
        this.registry = registry;
        this.cap = cap;
    }

    /** Whether a batch has messages of devices that the directory does not know. */
    public boolean isNeeded(@Body List<Message> batch) {
        for (Message message : batch) {
            if (isUnknown(parcelOf(message))) {
                return true;
            }
        }
        return false;
    }

    /** Puts the unknown devices of the batch, each once, into the parameters of the statement. */
    public void collect(Exchange exchange) {
        @SuppressWarnings("unchecked")
        List<Message> batch = exchange.getMessage().getBody(List.class);
        Map<List<String>, Parcel> unknown = new LinkedHashMap<>();
        for (Message message : batch) {
            Parcel parcel = parcelOf(message);
            if (isUnknown(parcel)) {
                unknown.putIfAbsent(List.of(parcel.tenant, parcel.decoded.device()), parcel);
            }
        }
        int count = unknown.size();
        String[] tenants = new String[count];
        String[] devices = new String[count];
        String[] labels = new String[count];
        String[] types = new String[count];
        String[] sites = new String[count];
        String[] zones = new String[count];
        int i = 0;
        for (Parcel parcel : unknown.values()) {
            Decoded decoded = parcel.decoded;
            tenants[i] = parcel.tenant;
            devices[i] = decoded.device();
            labels[i] = decoded.device();
            types[i] = TypeOf.message(registry.types(), decoded, null).name();
            sites[i] = decoded.site();
            zones[i] = decoded.zone();
            i++;
        }
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("tenants", tenants);
        parameters.put("devices", devices);
        parameters.put("labels", labels);
        parameters.put("types", types);
        parameters.put("sites", sites);
        parameters.put("zones", zones);
        parameters.put("cap", cap);
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, parameters);
    }

    /** Takes what the statement answered into the directory and gives each waiting message its device, or its reason. */
    public void settle(Exchange exchange) {
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> rows = exchange.getMessage().getBody(List.class);
        directory.add(rows);
        // Not looked up in the directory: a refresh that began before may just have put its older state in place.
        Map<List<Object>, Device> answered = new HashMap<>();
        rows.forEach(row -> answered.put(List.of(row.get("tenant_id"), row.get("device_id")), Directory.deviceOf(row)));
        @SuppressWarnings("unchecked")
        List<Message> batch = exchange.getProperty(Batch.MESSAGES, List.class);
        for (Message message : batch) {
            Parcel parcel = parcelOf(message);
            if (isUnknown(parcel)) {
                parcel.device = answered.get(List.of(parcel.tenant, parcel.decoded.device()));
                if (parcel.device == null) {
                    parcel.fail(new Undecodable(
                            Reason.DEVICE_CAP_REACHED,
                            "the tenant has " + cap + " devices, the most it may have (caravan.devices.cap)"));
                }
            }
        }
        exchange.getMessage().setBody(batch);
        exchange.getMessage().removeHeader(JdbcConstants.JDBC_PARAMETERS);
    }

    private static boolean isUnknown(Parcel parcel) {
        return parcel.failure == null && parcel.device == null;
    }

    private static Parcel parcelOf(Message message) {
        return (Parcel) message.getBody();
    }
}
