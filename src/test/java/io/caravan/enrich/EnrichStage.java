package io.caravan.enrich;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.decode.Decoder;
import io.caravan.decode.F2Decoder;
import io.caravan.decode.JsonDecoder;
import io.caravan.decode.JsonDialect;
import io.caravan.decode.SenmlDecoder;
import io.caravan.f2.Parameters;
import io.caravan.kafka.Batch;
import io.caravan.kafka.RecordHeaders;
import io.caravan.kafka.RecordPosition;
import io.caravan.registry.DeviceRegistry;
import io.caravan.store.Rows;
import io.caravan.store.StoreLedger;
import io.caravan.tenant.TopicOwners;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/** The beans of the enrich stage in the order of their route, with the shipped registry and without servers. */
final class EnrichStage {

    /** 2026-11-21T12:00:00Z, the time of receipt of every message. */
    static final long RECEIVED = 1_795_262_400_000_000L;

    private static final int LARGEST = 4 * 1024 * 1024;
    private static final Decoder JSON = new JsonDecoder(JsonDialect.flexible(ZoneOffset.UTC));
    private static final TopicPartition RAW = new TopicPartition("iot.raw", 3);
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    final CamelContext camel = new DefaultCamelContext();
    final Directory directory = new Directory();
    final RegisteredApplications applications = new RegisteredApplications();
    final TopicOwners owners = new TopicOwners();
    private final DecodeBatch decode;
    private final Provisioning provisioning;
    private final Enricher enricher;
    private final Rows rows = new Rows(new SimpleMeterRegistry(), new StoreLedger("iot.raw"));
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>(OffsetResetStrategy.EARLIEST);
    private long offset;

    EnrichStage(boolean autoProvision, int largest) {
        this(autoProvision, largest, false);
    }

    EnrichStage(boolean autoProvision, int largest, boolean signedIn) {
        this(
                new DeviceRegistry(Path.of("config", "device-registry.json")),
                Map.of("iot", new SenmlDecoder(JSON), "building", JSON),
                autoProvision,
                largest,
                signedIn);
    }

    private EnrichStage(
            DeviceRegistry registry,
            Map<String, Decoder> decoders,
            boolean autoProvision,
            int largest,
            boolean signedIn) {
        decode =
                new DecodeBatch(decoders::get, new Ownership(directory, owners, autoProvision, signedIn), applications);
        provisioning = new Provisioning(directory, registry, autoProvision, 1_000_000);
        enricher = new Enricher(registry, applications, largest);
        directory.take(List.of());
        applications.take(List.of());
        owners.take(List.of());
        consumer.assign(List.of(RAW));
        consumer.updateEndOffsets(Map.of(RAW, Long.MAX_VALUE));
    }

    /** With another registry, the dialects that it declares among those of its own, and F2's. */
    static EnrichStage with(DeviceRegistry registry, Parameters f2) {
        return with(registry, f2, false);
    }

    static EnrichStage with(DeviceRegistry registry, Parameters f2, boolean signedIn) {
        Map<String, Decoder> decoders = new HashMap<>();
        decoders.put("iot", new SenmlDecoder(JSON));
        decoders.put("f2", new F2Decoder(f2, ZoneOffset.UTC));
        registry.types().dialects().forEach((name, dialect) -> decoders.put(name, dialect.decoder()));
        return new EnrichStage(registry, decoders, true, LARGEST, signedIn);
    }

    static EnrichStage open() {
        return new EnrichStage(true, LARGEST);
    }

    /** A message that came in on iot/{device}/raw. */
    Message iot(String device, String payload) {
        return raw("iot", "iot/" + device + "/raw", null, device, payload.getBytes(UTF_8));
    }

    /** A message whose payload alone tells what it is of. */
    Message building(String payload) {
        return building(payload.getBytes(UTF_8));
    }

    Message building(byte[] payload) {
        return raw("building", "building/room1/data", null, null, payload);
    }

    Message raw(String dialect, String topic, String tenant, String device, byte[] payload) {
        Message message = new DefaultExchange(camel).getMessage();
        message.setBody(payload);
        message.setHeader(KafkaConstants.MANUAL_COMMIT, new RecordPosition(consumer, RAW, offset++));
        message.setHeader(RecordHeaders.DIALECT, dialect.getBytes(UTF_8));
        message.setHeader(RecordHeaders.TOPIC, topic.getBytes(UTF_8));
        message.setHeader(RecordHeaders.RECEIVED_AT, Long.toString(RECEIVED).getBytes(UTF_8));
        if (tenant != null) {
            message.setHeader(RecordHeaders.TENANT, tenant.getBytes(UTF_8));
        }
        if (device != null) {
            message.setHeader(RecordHeaders.DEVICE, device.getBytes(UTF_8));
        }
        return message;
    }

    /** Takes messages through the stage; each is enriched or a dead letter afterwards. */
    List<Message> run(List<Message> batch) {
        decode.decode(batch);
        if (provisioning.isNeeded(batch)) {
            Exchange exchange = new DefaultExchange(camel);
            exchange.setProperty(Batch.MESSAGES, batch);
            exchange.getMessage().setBody(batch);
            provisioning.collect(exchange);
            provisioning.ask(exchange);
            exchange.getMessage()
                    .setBody(added(exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class)));
            provisioning.settle(exchange);
        }
        batch.forEach(message -> enricher.enrich(message.getExchange()));
        return batch;
    }

    Message run(Message message) {
        return run(List.of(message)).get(0);
    }

    /** What the enriched JSON says. */
    static JsonNode json(Message enriched) {
        try {
            return MAPPER.readTree((byte[]) enriched.getBody());
        } catch (java.io.IOException e) {
            throw new AssertionError("no JSON: " + new String((byte[]) enriched.getBody(), UTF_8), e);
        }
    }

    static String reason(Message message) {
        return message.getHeader(RecordHeaders.REASON, String.class);
    }

    /** The columns of readings that the store stage makes of an enriched message. */
    @SuppressWarnings("unchecked")
    Map<String, Object> readings(Message enriched) {
        Exchange exchange = stored(enriched);
        rows.batch(exchange);
        return exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class);
    }

    /** The columns of events that the store stage makes of an enriched message: tenants, devices, bodies and so on. */
    Map<String, Object> events(Message enriched) {
        Map<String, Object> columns = new HashMap<>();
        readings(enriched).forEach((name, column) -> {
            if (name.startsWith("event")) {
                columns.put(Character.toLowerCase(name.charAt(5)) + name.substring(6), column);
            }
        });
        return columns;
    }

    private Exchange stored(Message enriched) {
        Exchange exchange = new DefaultExchange(camel);
        exchange.getMessage().setBody(List.of(enriched));
        rows.open(exchange);
        rows.collect(exchange);
        return exchange;
    }

    private static List<Map<String, Object>> added(Map<?, ?> parameters) {
        List<Map<String, Object>> added = new ArrayList<>();
        for (int i = 0; i < ((String[]) parameters.get("tenants")).length; i++) {
            Map<String, Object> row = new HashMap<>();
            row.put("tenant_id", ((String[]) parameters.get("tenants"))[i]);
            row.put("device_id", ((String[]) parameters.get("devices"))[i]);
            row.put("device_type", ((String[]) parameters.get("types"))[i]);
            row.put("site_id", ((String[]) parameters.get("sites"))[i]);
            row.put("zone_id", ((String[]) parameters.get("zones"))[i]);
            added.add(row);
        }
        return added;
    }
}
