package io.caravan.enrich;

import io.caravan.decode.Decoded;
import io.caravan.decode.Reason;
import io.caravan.decode.Text;
import io.caravan.decode.Undecodable;
import io.caravan.kafka.Batch;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.DeviceType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;

/**
 * Adds the unknown devices of a batch to the directory, all of them with one statement: {@link #collect}, {@link #ask} before
 * it, {@link #settle} after it. So do devices that were added without a type get theirs, as soon as a message tells it. Where the database refuses one of them, device by device: {@link #one} instead of {@link
 * #collect}, and {@link #refuse} for the one to blame. Thread-safe.
 */
public final class Provisioning {

    /** The property of the exchange that holds the devices to be added, each by the first of its messages. */
    private static final String UNKNOWN = "caravanUnknown";

    private final Directory directory;
    private final DeviceRegistry registry;
    private final boolean autoProvision;
    private final int cap;

    /**
     * @param autoProvision whether messages may fill in the types of devices
     * @param cap how many devices a tenant may have
     */
    public Provisioning(Directory directory, DeviceRegistry registry, boolean autoProvision, int cap) {
        this.directory = directory;
        this.registry = registry;
        this.autoProvision = autoProvision;
        this.cap = cap;
    }

    /** Whether a batch has messages of devices that the directory does not know, or not whole. */
    public boolean isNeeded(@Body List<Message> batch) {
        for (Message message : batch) {
            if (isAsked(parcelOf(message))) {
                return true;
            }
        }
        return false;
    }

    /** Finds the unknown devices of the batch, each once, by the first of its messages that tells the type if there is one. */
    public void collect(Exchange exchange) {
        Map<List<String>, Parcel> unknown = new LinkedHashMap<>();
        for (Message message : batch(exchange)) {
            Parcel parcel = parcelOf(message);
            if (isAsked(parcel)) {
                unknown.merge(deviceOf(parcel), parcel, (first, next) -> tellsType(first) ? first : next);
            }
        }
        exchange.setProperty(UNKNOWN, List.copyOf(unknown.values()));
    }

    /** Leaves one of the unknown devices, the body of a part of a split. */
    public void one(Exchange exchange) {
        exchange.setProperty(UNKNOWN, List.of(exchange.getMessage().getBody(Parcel.class)));
    }

    /** Puts the unknown devices into the parameters of the statement. */
    public void ask(Exchange exchange) {
        List<Parcel> unknown = unknown(exchange);
        int count = unknown.size();
        String[] tenants = new String[count];
        String[] devices = new String[count];
        String[] types = new String[count];
        String[] sites = new String[count];
        String[] zones = new String[count];
        for (int i = 0; i < count; i++) {
            Parcel parcel = unknown.get(i);
            Decoded decoded = parcel.decoded;
            tenants[i] = parcel.tenant;
            devices[i] = decoded.device();
            types[i] = typeOf(parcel).name();
            sites[i] = decoded.site();
            zones[i] = decoded.zone();
        }
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("tenants", tenants);
        parameters.put("devices", devices);
        parameters.put("labels", devices);
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
        Map<Object, Device> answered = new HashMap<>();
        rows.forEach(row -> answered.put(List.of(row.get("tenant_id"), row.get("device_id")), Directory.deviceOf(row)));
        Undecodable beyond = new Undecodable(
                Reason.DEVICE_CAP_REACHED,
                "the tenant has as many devices as it may have (caravan.devices.cap, or its own limit)");
        waiting(exchange).forEach(parcel -> {
            Device device = answered.get(deviceOf(parcel));
            if (device != null) {
                parcel.device = device;
            } else if (parcel.device == null) {
                parcel.fail(beyond);
            }
        });
    }

    /** Gives each message of a device that the database has refused its reason. */
    public void refuse(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        Undecodable refused = new Undecodable(
                Reason.REFUSED_BY_DATABASE, "the device is not added: " + Text.printable(failure.getMessage()));
        waiting(exchange).stream().filter(parcel -> parcel.device == null).forEach(parcel -> parcel.fail(refused));
    }

    /** Puts the batch back into the body. */
    public void goOn(Exchange exchange) {
        exchange.getMessage().setBody(batch(exchange));
        exchange.getMessage().removeHeader(JdbcConstants.JDBC_PARAMETERS);
    }

    /** The messages of the batch that wait for the devices that were asked for. */
    private static List<Parcel> waiting(Exchange exchange) {
        Set<List<String>> asked =
                unknown(exchange).stream().map(Provisioning::deviceOf).collect(Collectors.toSet());
        return batch(exchange).stream()
                .map(Provisioning::parcelOf)
                .filter(parcel -> parcel.isUsable() && asked.contains(deviceOf(parcel)))
                .toList();
    }

    @SuppressWarnings("unchecked")
    private static List<Message> batch(Exchange exchange) {
        return exchange.getProperty(Batch.MESSAGES, List.class);
    }

    @SuppressWarnings("unchecked")
    private static List<Parcel> unknown(Exchange exchange) {
        return exchange.getProperty(UNKNOWN, List.class);
    }

    private boolean isAsked(Parcel parcel) {
        return parcel.isUsable()
                && (parcel.device == null || autoProvision && parcel.device.untyped() && tellsType(parcel));
    }

    private boolean tellsType(Parcel parcel) {
        return typeOf(parcel) != registry.types().unknown();
    }

    /** The type that the message tells by itself. */
    private DeviceType typeOf(Parcel parcel) {
        return TypeOf.message(registry.types(), parcel.decoded, null);
    }

    private static List<String> deviceOf(Parcel parcel) {
        return List.of(parcel.tenant, parcel.decoded.device());
    }

    private static Parcel parcelOf(Message message) {
        return (Parcel) message.getBody();
    }
}
