package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.caravan.kafka.OutboundRecord;
import io.caravan.kafka.RecordHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;

/**
 * Commands to devices: one is stored ({@link #ask}, {@link #stored}), handed to Kafka ({@link #record}), noted as sent ({@link
 * #askSent}) and answered ({@link #answerAccepted}). What has become of commands: {@link #askList} and others. Stateless.
 */
public final class DeviceCommands {

    private static final int LARGEST_PAYLOAD = 64 * 1024;
    private static final int MOST_ROWS = 100;
    private static final String EXPIRES_IN = "expires_in";
    private static final String TARGET = "target";
    private static final String COMMAND = "command";
    private static final Duration LONGEST = Duration.ofDays(7);
    private static final long USUAL_SECONDS = 60;
    private static final String WORK = "caravan.api.command";

    private final String topic;

    /** What is known of a command on its way. */
    private record Work(UUID id, String device, String topic, String contentType, byte[] payload, long expiresAt) {}

    /** @param topic of commands */
    public DeviceCommands(String topic) {
        this.topic = topic;
    }

    public void ask(Exchange exchange) {
        OwnPages.require(exchange);
        byte[] payload = RequestBody.read(exchange, LARGEST_PAYLOAD, null);
        exchange.getMessage().setBody(payload);
        String contentType = contentType(Request.header(exchange, Exchange.CONTENT_TYPE));
        String device = Devices.idInPath(exchange);
        Request request = Request.open(exchange, EXPIRES_IN, TARGET);
        Query query = request.query();
        Long seconds = query.number(EXPIRES_IN);
        if (seconds != null && (seconds < 1 || seconds > LONGEST.toSeconds())) {
            throw ApiProblem.parameter(EXPIRES_IN, "expires_in must be 1 to " + LONGEST.toSeconds() + " seconds");
        }
        long life = seconds == null ? USUAL_SECONDS : seconds;
        long expiresAt = (Instant.now().toEpochMilli() + life * 1_000) * 1_000;
        String to = CommandTopic.of(request.tenant(), device, query.text(TARGET, null));
        Work work = new Work(UUID.randomUUID(), device, to, contentType, payload, expiresAt);
        exchange.setProperty(WORK, work);
        request.with("device", device)
                .with(COMMAND, work.id())
                .with("topic", to)
                .with("owned", CommandTopic.owned(to))
                .with("contentType", contentType)
                .with("payload", payload)
                .with("subject", request.identity().subject())
                .with("expiresAt", TimeRange.toDatabase(expiresAt));
        one(request).handOver(exchange);
    }

    private static String contentType(String header) {
        String type = header == null ? "application/json" : header.strip();
        if (!type.matches("[\\x20-\\x7e]{1,200}")) {
            throw ApiProblem.parameter(
                    "Content-Type", "Content-Type must be at most 200 printable characters of ASCII");
        }
        return type;
    }

    /** @throws ApiProblem 404 when there is no such device, 409 when its topic is another tenant's */
    public void stored(Exchange exchange) {
        List<Row> rows = Answer.rows(exchange);
        if (rows.isEmpty()) {
            throw Devices.missing(Request.of(exchange));
        }
        if (!Boolean.TRUE.equals(rows.get(0).value("free"))) {
            throw Onboarding.refusal("topics of another", Request.of(exchange).tenant());
        }
    }

    /** Puts the record for Kafka into the body. */
    public void record(Exchange exchange) {
        Work work = work(exchange);
        String tenant = Request.of(exchange).tenant();
        Map<String, Object> headers = new HashMap<>();
        headers.put(RecordHeaders.TOPIC, work.topic());
        headers.put(RecordHeaders.EXPIRES_AT, Long.toString(work.expiresAt()));
        headers.put(RecordHeaders.CONTENT_TYPE, work.contentType());
        headers.put(RecordHeaders.COMMAND, work.id().toString());
        headers.put(RecordHeaders.TENANT, tenant);
        headers.put(RecordHeaders.DEVICE, work.device());
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage()
                .setBody(List.of(new OutboundRecord(
                        exchange.getContext(), topic, tenant + '/' + work.device(), work.payload(), headers)));
    }

    /** Hands the command over to the next statement. */
    public void again(Exchange exchange) {
        Request.of(exchange).handOver(exchange);
    }

    public void answerAccepted(Exchange exchange) {
        Row row = Answer.rows(exchange).get(0);
        Answer.accepted(
                exchange,
                Command.of(row),
                "/api/devices/" + Query.encoded(row.text("device_id")) + "/commands/" + row.value("command_id"));
    }

    public void askList(Exchange exchange) {
        String device = Request.inPath(exchange, "id");
        Request request = Request.open(exchange, "limit", Cursor.PARAMETER).withLimit(MOST_ROWS, MOST_ROWS);
        Cursor cursor = request.query().cursor(Long.class, String.class);
        request.with("device", device)
                .with(COMMAND, null)
                .with("createdBy", TimeRange.toDatabase(cursor == null ? TimeRange.END : cursor.number(0)))
                .with("after", cursor == null ? null : cursor.text(1))
                .handOver(exchange);
    }

    public void answerList(Exchange exchange) {
        List<Row> rows = Answer.ofDevice(exchange, "command_id");
        Answer.page(
                exchange,
                rows,
                Command::of,
                row -> Cursor.after(
                        row.micros("created_at"), row.value("command_id").toString()));
    }

    public void askOne(Exchange exchange) {
        String device = Request.inPath(exchange, "id");
        String command = Request.inPath(exchange, COMMAND);
        Request request = Request.open(exchange);
        one(request.with("device", device).with(COMMAND, uuid(command))).handOver(exchange);
    }

    private static Request one(Request request) {
        return request.with("rows", 1)
                .with("createdBy", TimeRange.toDatabase(TimeRange.END))
                .with("after", null);
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw ApiProblem.notFound("There is no such command");
        }
    }

    public void answerOne(Exchange exchange) {
        Row row = Answer.ofDevice(exchange, "command_id").stream()
                .findFirst()
                .orElseThrow(() -> ApiProblem.notFound("There is no such command"));
        Answer.with(exchange, Command.of(row));
    }

    private static Work work(Exchange exchange) {
        return exchange.getProperty(WORK, Work.class);
    }

    /** A command, and what has become of it. */
    private record Command(
            @JsonProperty("command_id") String id,
            @JsonProperty("device_id") String device,
            String state,
            String topic,
            @JsonProperty("content_type") String contentType,
            byte[] payload,
            String text,
            @JsonProperty("created_by") String createdBy,
            @JsonProperty("created_at") String createdAt,
            @JsonProperty("expires_at") String expiresAt,
            @JsonProperty("sent_at") String sentAt,
            @JsonProperty("delivered_at") String deliveredAt,
            @JsonProperty("acknowledged_at") String acknowledgedAt,
            String answer) {

        static Command of(Row row) {
            byte[] payload = (byte[]) row.value("payload");
            byte[] answer = (byte[]) row.value("answer");
            return new Command(
                    row.value("command_id").toString(),
                    row.text("device_id"),
                    row.text("state"),
                    row.text("topic"),
                    row.text("content_type"),
                    payload,
                    PayloadText.of(payload, false),
                    row.text("created_by"),
                    row.time("created_at"),
                    row.time("expires_at"),
                    row.time("sent_at"),
                    row.time("delivered_at"),
                    row.time("acknowledged_at"),
                    answer == null ? null : PayloadText.of(answer, true));
        }
    }
}
