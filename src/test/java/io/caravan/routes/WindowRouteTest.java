package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.decode.Timestamps;
import io.caravan.kafka.OutboundRecord;
import io.caravan.registry.DeviceRegistry;
import io.caravan.window.Comparison;
import io.caravan.window.LiveWindows;
import io.caravan.window.Partials;
import io.caravan.window.TypeWidths;
import io.caravan.window.Widths;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** routes/window.camel.yaml. */
class WindowRouteTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String ENRICHED = "iot.enriched";
    private static final String AGGREGATES = "iot.aggregates";
    /** The start of a window of 15 minutes, and the harness writes its records a little before it: seconds. */
    private static final long START = 1_795_000_500;

    private static final Duration SOON = Duration.ofMillis(100);
    private static final Duration NEVER = Duration.ofMinutes(50);

    private final MeterRegistry meters = new SimpleMeterRegistry();

    @TempDir
    private Path folder;

    private Path registryFile;
    private DeviceRegistry registry;
    private StageRoutes routes;
    private Partials partials;

    private void start(Duration idleAfter, long mostOpen) throws Exception {
        TypeWidths widths = widths();
        partials = new Partials(widths.common());
        LiveWindows live = new LiveWindows(widths, Duration.ofSeconds(2), idleAfter, mostOpen, AGGREGATES, meters);
        routes = new StageRoutes(
                Map.of(
                        "partials",
                        partials,
                        "liveWindows",
                        live,
                        "mergeWindows",
                        live.merge(),
                        "comparison",
                        new Comparison(widths, meters)),
                "window");
    }

    /** The widths of one type are its own, by a registry that a test may change. */
    private TypeWidths widths() throws IOException {
        Files.copy(Path.of("config/device-registry.schema.json"), folder.resolve("device-registry.schema.json"));
        registryFile = folder.resolve("device-registry.json");
        declare("5m");
        registry = new DeviceRegistry(registryFile);
        return new TypeWidths(Widths.parse("1m,5m,15m"), registry);
    }

    private void declare(String windows) throws IOException {
        Files.writeString(
                registryFile,
                """
                {"device_types": {"meter": {
                  "name": "Meter", "update_frequency": "1_minute", "measurements": {}, "windows": ["%s"]}}}"""
                        .formatted(windows));
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void aWindowIsPublishedWhenItsDevicesTimeHasPassedItsEnd() throws Exception {
        start(NEVER, 100);

        run(reading("a", 1, 10), reading("a", 59.9, 30));
        run(reading("a", 30, 20), reading("a", 61.9, 99));
        assertThat(open()).as("the grace is not over").isEqualTo(4);
        run(reading("a", 62, 99));

        JsonNode window = published(1).get(0);
        assertThat(window.toString())
                .isEqualTo(
                        """
                        {"tenant_id":"default","device_id":"a","metric":"voltage","window":"1m",\
                        "start":"%s","end":"%s","count":3,"sum":60.0,"avg":20.0,"min":10.0,"max":30.0,\
                        "stddev":10.0,"first":10.0,"last":30.0,"settled":false}"""
                                .formatted(
                                        Timestamps.format(START * 1_000_000),
                                        Timestamps.format((START + 60) * 1_000_000)));
        assertThat(open()).isEqualTo(3);
        assertThat(routes.committed(ENRICHED, 0)).isEqualTo(5);
        assertThat(meters.counter("caravan.window.live.published").count()).isEqualTo(1);
    }

    @Test
    void everyWidthHasItsWindows() throws Exception {
        start(NEVER, 100);
        List<Exchange> quarterOfAnHour = new ArrayList<>();
        for (int second = 0; second < 903; second++) {
            quarterOfAnHour.add(reading("a", second, second));
        }
        run(quarterOfAnHour.toArray(Exchange[]::new));

        List<JsonNode> windows = published(19);

        assertThat(windows)
                .extracting(window -> window.get("window").textValue())
                .containsOnly("1m", "5m", "15m");
        assertThat(windows)
                .filteredOn(window -> window.get("window").textValue().equals("5m"))
                .extracting(window -> window.get("sum").doubleValue())
                .containsExactlyInAnyOrder(44_850.0, 134_850.0, 224_850.0);
        assertThat(windows)
                .filteredOn(window -> window.get("window").textValue().equals("15m"))
                .extracting(window -> window.get("count").intValue())
                .containsExactly(900);
    }

    @Test
    void aPackFillsEveryWindowThatItSpansWhateverItsOrder() throws Exception {
        start(NEVER, 100);
        List<String> readings = new ArrayList<>();
        for (int second : new int[] {299, 0, 270, 30, 90, 60, 210, 239, 120, 150}) {
            readings.add(
                    "{\"metric\":\"voltage\",\"value\":%d,\"unit\":\"V\",\"quality\":\"GOOD\",\"timestamp\":\"%s\"}"
                            .formatted(second, Timestamps.format((START + second) * 1_000_000)));
        }
        String pack = readings("a", (START + 299) * 1_000_000, "0");
        run(enriched(0, pack.substring(0, pack.indexOf("[{")) + readings + "}"));
        run(reading("a", 302, 1));

        assertThat(published(6))
                .extracting(
                        window -> window.get("window").textValue(),
                        window -> window.get("start").textValue(),
                        window -> window.get("count").intValue(),
                        window -> window.get("first").intValue(),
                        window -> window.get("last").intValue())
                .containsExactlyInAnyOrder(
                        tuple("1m", Timestamps.format(START * 1_000_000), 2, 0, 30),
                        tuple("1m", Timestamps.format((START + 60) * 1_000_000), 2, 60, 90),
                        tuple("1m", Timestamps.format((START + 120) * 1_000_000), 2, 120, 150),
                        tuple("1m", Timestamps.format((START + 180) * 1_000_000), 2, 210, 239),
                        tuple("1m", Timestamps.format((START + 240) * 1_000_000), 2, 270, 299),
                        tuple("5m", Timestamps.format(START * 1_000_000), 10, 0, 299));
        assertThat(late()).isZero();
    }

    @Test
    void aDeviceWhoseClockRunsAheadMakesNoneOfItsNeighboursLate() throws Exception {
        start(NEVER, 100);

        run(reading("a", 1, 1), reading("ahead", 599, 1));
        run(reading("a", 2, 1), reading("ahead", 600, 1));
        run(reading("a", 62, 1));

        assertThat(published(1))
                .filteredOn(window -> window.get("device_id").textValue().equals("a"))
                .extracting(window -> window.get("count").intValue())
                .containsExactly(2);
        assertThat(late()).isZero();
    }

    @Test
    void aReadingThatIsTooLateOpensNoWindow() throws Exception {
        start(NEVER, 100);
        run(reading("a", 1, 1));
        run(reading("a", 62, 1));
        published(1);

        run(reading("a", 2, 1), reading("a", -60, 1));
        run(reading("a", 122, 1));

        assertThat(published(2))
                .extracting(window -> window.get("count").intValue())
                .containsExactly(1, 1);
        // one for 1m, one for 1m, 5m and 15m
        assertThat(late()).isEqualTo(4);
    }

    @Test
    void theWindowOfADeviceThatFallsSilentIsPublished() throws Exception {
        start(SOON, 100);

        run(reading("a", 899.95, 7));

        assertThat(published(3))
                .extracting(window -> window.get("window").textValue())
                .containsExactlyInAnyOrder("1m", "5m", "15m");
        assertThat(open()).isZero();
        run(reading("a", 899, 8));
        assertThat(late()).isEqualTo(3);
    }

    @Test
    void aDeviceHasTheWindowsOfTheTypeThatTheDirectoryGivesIt() throws Exception {
        start(SOON, 100);

        run(
                ofType("meter", null, "a", 899.95),
                ofType("other", null, "b", 899.95),
                ofType("other", "meter", "c", 899.95),
                ofType("meter", "other", "d", 899.95));

        assertThat(published(10))
                .extracting(window -> window.get("device_id").textValue()
                        + window.get("window").textValue())
                .containsExactlyInAnyOrder("a1m", "a5m", "b1m", "b5m", "b15m", "c1m", "c5m", "d1m", "d5m", "d15m");
    }

    @Test
    void aWidthThatComesOrGoesLeavesNoWindowThatIsNotWhole() throws Exception {
        start(NEVER, 100);
        run(ofType("meter", null, "a", 1));
        declare("2m");
        assertThat(registry.reloadIfChanged()).isTrue();
        for (double second : new double[] {58, 100, 122, 239}) {
            run(ofType("meter", null, "a", second));
        }
        declare("5m");
        assertThat(registry.reloadIfChanged()).isTrue();
        for (double second : new double[] {250, 302, 602}) {
            run(ofType("meter", null, "a", second));
        }

        assertThat(published(8))
                .extracting(window -> window.get("window").textValue() + " "
                        + (Timestamps.ofText(window.get("start").textValue(), ZoneOffset.UTC) / 1_000_000 - START)
                        + " " + window.get("count"))
                .as("neither 2m from -60 and 5m from 0, which had begun before, nor 2m from 180, which was given up")
                .containsExactlyInAnyOrder(
                        "1m 0 2", "1m 60 1", "1m 120 1", "1m 180 1", "1m 240 1", "1m 300 1", "2m 60 2", "5m 300 1");
    }

    @Test
    void aBatchThatIsReadAgainCountsOnce() throws Exception {
        start(NEVER, 100);
        Exchange[] batch = {reading("a", 1, 1), reading("a", 2, 1)};

        run(batch);
        run(batch);
        run(reading("a", 62, 1));

        assertThat(published(1))
                .extracting(window -> window.get("count").intValue())
                .containsExactly(2);
    }

    @Test
    void anEventThatComesAgainSoonCountsOnceWhateverItSays() throws Exception {
        start(NEVER, 100);
        String id = "3f0e1a52-8d5e-4c57-9a3f-2f6f0b8a7c11";

        run(event("a", 1, 10, id), event("a", 1, 10, id), event("a", 2, 99, id.toUpperCase(Locale.ROOT)));
        run(event("a", 3, 99, id), event("b", 1, 99, id), event("a", 4, 30, id.replace("3f0e", "aaaa")));
        run(event("a", 62, 1, id.replace("3f0e", "bbbb")));

        assertThat(published(1))
                .extracting(window -> window.get("count").intValue(), window -> window.get("sum")
                        .doubleValue())
                .containsExactly(tuple(2, 40.0));
        assertThat(open()).as("of the device b there is none").isEqualTo(3);
    }

    @Test
    void aWindowWhoseBeginningMayHaveBeenReadElsewhereIsNotPublished() throws Exception {
        start(NEVER, 100);
        // read by somebody else
        writtenAt(reading("a", 10, 1), START + 10);

        run(writtenAt(reading("a", 50, 1), START + 50));
        run(writtenAt(reading("a", 61, 1), START + 61));
        run(writtenAt(reading("a", 122, 1), START + 122));

        assertThat(published(1))
                .extracting(window -> window.get("start").textValue())
                .containsExactly(Timestamps.format((START + 60) * 1_000_000));
        assertThat(late()).isZero();
    }

    @Test
    void aWindowWhoseEndMayBeReadElsewhereIsNotPublished() throws Exception {
        start(SOON, 100);
        run(reading("a", 59.5, 1));
        run(onPartition(1, "b", 59.5));

        partials.left(List.of(new TopicPartition(ENRICHED, 0)));

        assertThat(published(1))
                .extracting(window -> window.get("device_id").textValue())
                .containsExactly("b");
        run(reading("a", 61, 1));
        run(reading("a", 119.9, 1));
        assertThat(published(2))
                .as("nobody else has read, so it goes on")
                .last()
                .extracting(window -> window.get("count").intValue())
                .isEqualTo(2);
    }

    @Test
    void beyondTheMostOpenWindowsThereAreNoneRatherThanWrongOnes() throws Exception {
        start(NEVER, 3);

        run(reading("a", 1, 1), reading("b", 1, 1));
        run(reading("a", 62, 1), reading("b", 2, 1));
        run(reading("b", 62, 1));

        assertThat(published(1))
                .extracting(window -> window.get("device_id").textValue())
                .hasSize(1);
        assertThat(open()).isLessThanOrEqualTo(3);
        assertThat(meters.counter("caravan.window.live.refused").count()).isPositive();
    }

    @Test
    void aStopPublishesNoUnfinishedWindow() throws Exception {
        start(NEVER, 100);
        run(reading("a", 1, 1));

        routes.close();

        assertThat(records()).isEmpty();
    }

    @Test
    void whatIsNoEnrichedMessageIsPassedOver() throws Exception {
        start(NEVER, 100);

        Exchange batch = run(
                enriched(0, "[1]"),
                enriched(0, readings("a", START * 1_000_000, "null")),
                enriched(0, readings("\\ud800", START * 1_000_000, "1")));

        assertThat(batch.getException()).isNull();
        assertThat(open()).isZero();
        assertThat(routes.committed(ENRICHED, 0)).isEqualTo(3);
    }

    @Test
    void liveWindowsThatDifferFromTheSettledOnesAreCountedOnceEach() throws Exception {
        start(NEVER, 100);

        routes.run(
                "compare-windows",
                List.of(
                        aggregate("a", 2, "0.30000000000000004", false),
                        aggregate("b", 2, "0.3", false),
                        aggregate("c", 2, "0.3", true),
                        aggregate("d", 2, "0.3", false),
                        routes.consumed(AGGREGATES, 0, new byte[] {'['}, Map.of())));
        routes.run(
                "compare-windows",
                List.of(
                        aggregate("a", 2, "0.3", true),
                        aggregate("b", 3, "0.3", true),
                        aggregate("b", 4, "0.3", true),
                        aggregate("c", 2, "0.3", false),
                        aggregate("e", 2, "0.3", true)));

        assertThat(meters.counter("caravan.windows.equal", "window", "1m").count())
                .isEqualTo(2);
        assertThat(meters.counter("caravan.windows.differed", "window", "1m").count())
                .isEqualTo(1);
        assertThat(routes.committed(AGGREGATES, 0)).isEqualTo(10);
    }

    private Exchange run(Exchange... batch) {
        return routes.run("window", List.of(batch));
    }

    private double open() {
        return meters.get("caravan.window.live.open").gauge().value();
    }

    private double late() {
        return meters.counter("caravan.window.live.late").count();
    }

    /** All windows that were published, as soon as there are that many. */
    private List<JsonNode> published(int windows) {
        Awaitility.await().untilAsserted(() -> assertThat(records()).hasSize(windows));
        return records();
    }

    private List<JsonNode> records() {
        List<JsonNode> windows = new ArrayList<>();
        for (Exchange exchange : routes.kafka(AGGREGATES).getExchanges()) {
            for (Object each : exchange.getMessage().getBody(List.class)) {
                OutboundRecord message = (OutboundRecord) each;
                assertThat(message.getHeader(KafkaConstants.KEY).toString()).startsWith("default/");
                try {
                    windows.add(MAPPER.readTree((byte[]) message.getBody()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return windows;
    }

    private Exchange reading(String device, double second, double value) {
        return enriched(0, readings(device, START * 1_000_000 + Math.round(second * 1e6), Double.toString(value)));
    }

    private Exchange event(String device, double second, double value, String id) {
        String json = readings(device, START * 1_000_000 + Math.round(second * 1e6), Double.toString(value));
        return enriched(0, json.replace("\"received_at\"", "\"event_id\":\"" + id + "\",\"received_at\""));
    }

    private Exchange onPartition(int partition, String device, double second) {
        return enriched(partition, readings(device, START * 1_000_000 + Math.round(second * 1e6), "1"));
    }

    /** @param directoryType the type that the directory has, where it is another than the message's; or null */
    private Exchange ofType(String type, String directoryType, String device, double second) {
        String json = readings(device, START * 1_000_000 + Math.round(second * 1e6), "1")
                .replace("\"event_type\"", "\"device_type\":\"" + type + "\",\"event_type\"");
        return routes.consumed(
                ENRICHED,
                0,
                json.getBytes(StandardCharsets.UTF_8),
                directoryType == null ? Map.of() : Map.of("directory-type", directoryType));
    }

    private static Exchange writtenAt(Exchange message, long second) {
        message.getMessage().setHeader(KafkaConstants.TIMESTAMP, second * 1_000);
        return message;
    }

    private static String readings(String device, long timestamp, String value) {
        return """
                {"tenant_id":"default","device_id":"%s","event_type":"telemetry","timestamp":"%s",\
                "sequence":%d,"received_at":"%2$s",\
                "readings":[{"metric":"voltage","value":%s,"unit":"V","quality":"GOOD"}]}"""
                .formatted(device, Timestamps.format(timestamp), timestamp, value);
    }

    private Exchange enriched(int partition, String json) {
        return routes.consumed(ENRICHED, partition, json.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    private Exchange aggregate(String device, int count, String sum, boolean settled) {
        return routes.consumed(
                AGGREGATES,
                0,
                """
                {"tenant_id":"default","device_id":"%s","metric":"voltage","window":"1m","start":"2026-11-21T10:00:00.000000Z",\
                "end":"2026-11-21T10:01:00.000000Z","count":%d,"sum":%s,"avg":0.15,"min":0.1,"max":0.2,"stddev":null,\
                "first":0.1,"last":0.2,"settled":%b,"new":1}"""
                        .formatted(device, count, sum, settled)
                        .getBytes(StandardCharsets.UTF_8),
                Map.of());
    }
}
