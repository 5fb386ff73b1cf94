package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.it.Rows;
import io.caravan.store.Postgres;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GET /api/aggregates on a real database, of which ten minutes are settled and five are not. */
class AggregatesApiTest {

    private static final Pattern NEXT = Pattern.compile("<(.*)>; rel=\"next\"");

    private static Rows database;

    @AutoClose
    private static ApiServer api;

    @BeforeAll
    static void start() throws Exception {
        database = Postgres.migrated();
        database.execute(
                """
                INSERT INTO devices (tenant_id, device_id, label, device_type, site_id, zone_id)
                VALUES ('default', 'a', '', 'unknown', 's1', 'z1'), ('default', 'b', '', 'unknown', 's1', 'z2'),
                    ('default', 'c', '', 'unknown', 's2', 'z1'), ('default', 'idle', '', 'unknown', 's1', 'z1'),
                    ('default', 'empty', '', 'unknown', 's3', null), ('default', 'm', '', 'meter', 's4', null), ('other', 'a', '', 'unknown', 's1', 'z1');
                -- the more of a minute's readings a device has, the larger they are
                INSERT INTO readings (tenant_id, device_id, metric, ts, seq, value, unit, quality)
                SELECT 'default', device, metric, timestamptz '2026-11-21 10:00Z' + n * step, n, sin(n) + size, '', 0
                FROM (VALUES ('a', interval '1 second', 1), ('b', interval '7 seconds', 100), ('c', interval '20 seconds', 50))
                        AS d (device, step, size),
                    unnest(ARRAY['humidity', 'temperature']) AS metric,
                    generate_series(0, 2000) AS n
                WHERE n * step < interval '15 minutes';
                INSERT INTO readings (tenant_id, device_id, metric, ts, seq, value, unit, quality)
                VALUES ('other', 'a', 'temperature', '2026-11-21 10:00:30Z', 1, 7, '', 0);
                INSERT INTO readings (tenant_id, device_id, metric, ts, seq, value, unit, quality)
                SELECT 'default', 'm', 'm', timestamptz '2026-11-21 10:00Z' + n * interval '1 minute', 1, n, '', 0
                FROM generate_series(0, 14) AS n;
                SELECT configure_windows('{60,300}', '{meter}', '{60}');
                SELECT close_windows('2026-11-21 10:10Z', '0 s');
                SELECT settle_windows('1 day')""");
        api = new ApiServer(database.jdbcUrl());
    }

    @Test
    void aWindowIsToldInFull() throws Exception {
        assertThat(api.get("/api/aggregates?device=a&tenant=other").body())
                .isEqualTo("[{\"device_id\":\"a\",\"metric\":\"temperature\",\"window\":\"1m\","
                        + "\"start\":\"2026-11-21T10:00:00.000000Z\",\"end\":\"2026-11-21T10:01:00.000000Z\",\"count\":1,"
                        + "\"sum\":7.0,\"avg\":7.0,\"min\":7.0,\"max\":7.0,\"stddev\":null,\"first\":7.0,\"last\":7.0,"
                        + "\"settled\":true}]");
    }

    @ParameterizedTest
    @CsvSource({
        "'',                                                                   30",
        "metric=temperature,                                                   15",
        "metric=temperatur,                                                    0",
        "window=300s&metric=humidity,                                          3",
        "window=5m,                                                            6",
        "metric=humidity&from=2026-11-21T10:05:00Z,                            10",
        "metric=humidity&from=2026-11-21T10:05:00.000001Z,                     9",
        "metric=humidity&from=2026-11-21T10:12:00Z,                            3",
        "metric=humidity&from=2026-11-21T10:12:30Z,                            2",
        "metric=humidity&to=2026-11-21T10:12:00Z,                              12",
        "metric=humidity&from=2026-11-21T10:08:00Z&to=2026-11-21T10:12:00.5Z,  5"
    })
    void windowsAreChosenByMetricWidthAndStart(String parameters, int count) throws Exception {
        assertThat(json("/api/aggregates?limit=10000&device=a&" + parameters)).hasSize(count);
    }

    @Test
    void windowsThatAreNotSettledAreWhatTheReadingsAreNow() throws Exception {
        JsonNode windows = json("/api/aggregates?device=a&metric=humidity");

        for (JsonNode window : windows) {
            assertThat(window.get("settled").booleanValue())
                    .isEqualTo(window.get("end").textValue().compareTo("2026-11-21T10:10:00.000000Z") <= 0);
            assertThat(window.get("count").intValue()).isEqualTo(60);
        }
        assertThat(windows.get(0).get("start").textValue()).isEqualTo("2026-11-21T10:14:00.000000Z");
        assertThat(windows.get(0).get("first").doubleValue()).isEqualTo(Math.sin(840) + 1, within(1e-12));
        assertThat(windows.get(0).get("last").doubleValue()).isEqualTo(Math.sin(899) + 1, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"device=a,1m", "device=b,5m", "site=s1,1m", "zone=z1,5m", "site=s1&zone=z1,1m"})
    void pagesLeaveNothingOutAndRepeatNothing(String of, String window) throws Exception {
        String list = "/api/aggregates?" + of + "&window=" + window;
        List<String> whole = new ArrayList<>();
        json(list + "&limit=10000").forEach(element -> whole.add(element.toString()));
        assertThat(whole).hasSizeGreaterThan(5).doesNotHaveDuplicates();

        List<String> pages = new ArrayList<>();
        String next = list + "&limit=3";
        while (next != null) {
            HttpResponse<String> page = api.get(next);
            ApiServer.json(page).forEach(element -> pages.add(element.toString()));
            Matcher link = NEXT.matcher(page.headers().firstValue("Link").orElse(""));
            next = link.matches() ? link.group(1) : null;
        }
        assertThat(pages).isEqualTo(whole);
    }

    @ParameterizedTest
    @CsvSource({
        "site=s1,         site_id = 's1'",
        "zone=z1,         zone_id = 'z1'",
        "site=s1&zone=z1, site_id = 's1' AND zone_id = 'z1'"
    })
    void devicesTogetherAreWeighedByTheirReadings(String parameters, String condition) throws Exception {
        for (String width : List.of("60", "300")) {
            JsonNode windows = json("/api/aggregates?limit=10000&window=" + width + "s&" + parameters);
            List<JsonNode> answered =
                    StreamSupport.stream(windows.spliterator(), false).toList();
            int place = 0;
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement();
                    ResultSet truth = statement.executeQuery("SELECT date_bin('" + width
                            + " s', ts, '1970-01-01 00:00Z') AS start, metric, count(*), sum(value), avg(value), min(value),"
                            + " max(value), stddev_samp(value) FROM readings JOIN devices USING (tenant_id, device_id)"
                            + " WHERE tenant_id = 'default' AND " + condition
                            + " GROUP BY 1, 2 ORDER BY 1 DESC, 2 DESC")) {
                while (truth.next()) {
                    JsonNode window = answered.get(place++);
                    assertThat(window.get("metric").textValue()).isEqualTo(truth.getString(2));
                    assertThat(window.get("count").longValue()).isEqualTo(truth.getLong(3));
                    assertThat(window.get("sum").doubleValue()).isCloseTo(truth.getDouble(4), within(1e-6));
                    assertThat(window.get("avg").doubleValue()).isCloseTo(truth.getDouble(5), within(1e-9));
                    assertThat(window.get("min").doubleValue()).isEqualTo(truth.getDouble(6));
                    assertThat(window.get("max").doubleValue()).isEqualTo(truth.getDouble(7));
                    assertThat(window.get("stddev").doubleValue()).isCloseTo(truth.getDouble(8), within(1e-6));
                    assertThat(window.has("device_id")).isFalse();
                }
            }
            assertThat(answered).hasSize(place);
        }
    }

    @ParameterizedTest
    @CsvSource({"device=m, 1m, 15", "device=m, 5m, 0", "site=s4, 1m, 15", "site=s4, 5m, 0"})
    void aDeviceHasNoWindowsOfWidthsThatItsTypeDoesNotHave(String of, String window, int count) throws Exception {
        assertThat(json("/api/aggregates?limit=10000&window=" + window + "&" + of))
                .hasSize(count);
    }

    @Test
    void whatHasNoWindowsHasAnEmptyList() throws Exception {
        assertThat(api.get("/api/aggregates?device=idle").body()).isEqualTo("[]");
        assertThat(api.get("/api/aggregates?site=s3").body()).isEqualTo("[]");
    }

    @ParameterizedTest
    @CsvSource({
        "'',                    device",
        "device=,               device",
        "device=a&site=s1,      site",
        "device=a&zone=z1,      zone",
        "device=a&window=15m,   window",
        "device=a&window=1,     window",
        "device=a&from=soon,    from",
        "device=a&to=-1,        to",
        "device=a&limit=0,      limit",
        "device=a&limit=10001,  limit",
        "device=a&cursor=x,     cursor",
        "device=a&width=1m,     width"
    })
    void aBadParameterIsNamed(String query, String parameter) throws Exception {
        HttpResponse<String> response = api.get("/api/aggregates?" + query);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(ApiServer.json(response).get("parameter").textValue()).isEqualTo(parameter);
    }

    @ParameterizedTest
    @CsvSource({"device=b&tenant=other, device", "site=s2&tenant=other, site", "zone=z9, zone", "site=s2&zone=z2, zone"
    })
    void whatIsNotThereIsNotFound(String query, String what) throws Exception {
        HttpResponse<String> response = api.get("/api/aggregates?" + query);

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(ApiServer.json(response).get("detail").textValue()).startsWith("There is no such " + what);
    }

    private static JsonNode json(String path) throws Exception {
        return ApiServer.json(api.get(path));
    }
}
