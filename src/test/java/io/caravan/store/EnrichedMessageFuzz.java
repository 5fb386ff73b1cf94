package io.caravan.store;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.decode.Timestamps;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever record stands on the enriched topic is read as rows that a database can hold, or told to be none of ours. */
class EnrichedMessageFuzz {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String WHOLE =
            """
            {"tenant_id":"ä","device_id":"d","site_id":null,"event_type":"status","timestamp":"2026-11-21T10:00:00.000001Z",\
            "sequence":-7,"received_at":"2026-11-21T10:00:01Z","online":false,"body": {"ö":["}\\"{"],"n":{}} ,\
            "trend_statistics":[{"metric":"1001","timestamp":"2026-11-21T09:00:00Z","value":1,"avg":null,"new":[1],"min":-1e3}],\
            "readings":[{"metric":"a","value":0.1,"unit":"","quality":"GOOD"},\
            {"metric":"b","value":null,"unit":"V","quality":"BAD","new":{}}],"measurements":{}}""";

    static Stream<byte[]> records() {
        return Stream.of(
                        WHOLE,
                        WHOLE.replace("0.1", "1e999"),
                        WHOLE.replace("-1e3", "1e999"),
                        WHOLE.replace("-7", "9223372036854775808"),
                        WHOLE.replace("false", "\"no\""),
                        WHOLE.replace("\"BAD\"", "\"bad\""),
                        WHOLE.replace("[{\"metric\":\"a\"", "[7,{\"metric\":\"a\""),
                        WHOLE.replace("\"readings\":[", "\"readings\":{\"x\":["),
                        WHOLE.replace("\"d\"", "\"\\ud83d\\u0000\""),
                        "\ufeff" + WHOLE,
                        "{}")
                .flatMap(text -> Stream.of(text.getBytes(UTF_8), text.getBytes(UTF_16BE)));
    }

    private record Row(String metric, double value, String unit, Object quality, long timestamp, long sequence) {}

    @MethodSource("records")
    @FuzzTest(maxDuration = "10s")
    void aRecordIsReadAsRowsOrIsNoneOfOurs(byte[] record) throws IOException {
        EnrichedMessage message = new EnrichedMessage();
        List<Row> rows = new ArrayList<>();
        try {
            read(message, record, rows);
        } catch (NotEnriched e) {
            return;
        }
        assertThat(message.tenant).isNotNull();
        assertThat(message.device).isNotNull();
        assertThat(message.kind).isNotNull();
        assertThat(Timestamps.isTime(message.timestamp)).isTrue();
        assertThat(Timestamps.isTime(message.receivedAt)).isTrue();
        if (message.body != null) {
            assertThat(MAPPER.readTree(message.body).isObject()).isTrue();
        }
        for (Row row : rows) {
            assertThat(row.metric).isNotNull();
            assertThat(row.unit).isNotNull();
            assertThat(row.quality).isNotNull();
            assertThat(Double.isInfinite(row.value)).isFalse();
        }
        message.trends.forEach(trend -> {
            assertThat(trend.metric()).isNotNull();
            assertThat(Timestamps.isTime(trend.timestamp())).isTrue();
            for (double number : new double[] {trend.value(), trend.avg(), trend.min(), trend.max()}) {
                assertThat(Double.isInfinite(number)).isFalse();
            }
        });

        List<Row> again = new ArrayList<>();
        read(message, record, again);
        assertThat(again).isEqualTo(rows);
    }

    private static void read(EnrichedMessage message, byte[] record, List<Row> rows) {
        message.read(
                record,
                (metric, value, unit, quality, timestamp, sequence) ->
                        rows.add(new Row(metric, value, unit, quality, timestamp, sequence)));
    }
}
