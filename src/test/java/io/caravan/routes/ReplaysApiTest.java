package io.caravan.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.it.Rows;
import io.caravan.store.Postgres;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dead letters and their replays over HTTP, on a real database. */
class ReplaysApiTest {

    private static final String FORM = "application/x-www-form-urlencoded";

    private static Rows database;

    @AutoClose
    private static ApiServer api;

    @BeforeAll
    static void start() throws Exception {
        database = Postgres.migrated();
        api = new ApiServer(database.jdbcUrl());
    }

    /** 1 to 6 are whole and of the default tenant, in turn of two reasons; 7 is cut, 8 enriched; 9 is acme's. */
    @BeforeEach
    void fill() throws Exception {
        database.execute(
                """
                TRUNCATE dead_letters;
                INSERT INTO dead_letters (id, origin_topic, origin_partition, origin_offset, tenant_id, device_id, dialect, stage,
                    reason, failed_at, payload, payload_length, enriched)
                OVERRIDING SYSTEM VALUE
                SELECT n, 'iot.raw', 0, n, CASE n WHEN 9 THEN 'acme' ELSE 'default' END, 'd' || n,
                    CASE n WHEN 2 THEN 'building' ELSE 'iot' END, 'enrich',
                    CASE n % 2 WHEN 0 THEN 'unknown-device' ELSE 'malformed-json' END,
                    timestamptz '2026-11-21T10:00:00Z' + n * interval '1 min', 'abc', CASE n WHEN 7 THEN 100000 ELSE 3 END, n = 8
                FROM generate_series(1, 9) AS n""");
    }

    @Test
    void aDeadLetterIsAskedForAndItsStateCanBeFollowed() throws Exception {
        JsonNode before = ApiServer.json(api.get("/api/dead-letters/4"));
        assertThat(before.get("state").textValue()).isEqualTo("open");
        assertThat(before.get("replayable").booleanValue()).isTrue();
        assertThat(before.get("replay").isNull()).isTrue();

        HttpResponse<String> answer = api.send("POST", "/api/dead-letters/4/replay");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(answer.headers().firstValue("Location")).hasValue("/api/dead-letters/4");
        JsonNode letter = ApiServer.json(answer);
        assertThat(letter.get("id").longValue()).isEqualTo(4);
        assertThat(letter.get("state").textValue()).isEqualTo("replaying");
        assertThat(letter.get("replayed_at").isNull()).isFalse();
        assertThat(letter.get("resolved_at").isNull()).isTrue();
        assertThat(ids("state=replaying")).containsExactly(4L);
        JsonNode outcome = ApiServer.json(api.get("/api/replays/" + letter.get("replay")));
        assertThat(outcome.get("requested").longValue()).isEqualTo(1);
        assertThat(outcome.get("replaying").longValue()).isEqualTo(1);

        database.execute("UPDATE dead_letters SET sent_replay = 1 WHERE id = 4; SELECT resolve_replays('{4}', '{1}')");
        JsonNode resolved = ApiServer.json(api.get("/api/dead-letters/4"));
        assertThat(resolved.get("state").textValue()).isEqualTo("resolved");
        assertThat(resolved.get("resolved_at").isNull()).isFalse();
        assertThat(ids("state=resolved")).containsExactly(4L);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/dead-letters/99/replay,                404, no such",
        "/api/dead-letters/9/replay,                 404, no such",
        "/api/dead-letters/x/replay,                 404, number",
        "/api/dead-letters/99999999999999999999/replay, 404, number",
        "/api/dead-letters/7/replay,                 409, first 3 of its 100000 bytes",
        "/api/dead-letters/8/replay,                 409, enriched",
        "/api/dead-letters/1/replay?reason=x,        400, parameter",
        "/api/dead-letters/replay?state=done,        400, one of",
        "/api/dead-letters/replay?limit=10001,       400, 10000",
        "/api/dead-letters/replay?from=yesterday,    400, time",
        "/api/dead-letters/replay?dry_run=1,         400, true or false",
        "/api/dead-letters/replay?cursor=WzFd,       400, cursor"
    })
    void whatCannotBeDoneIsToldAndChangesNothing(String path, int status, String said) throws Exception {
        HttpResponse<String> answer = api.send("POST", path);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body()).contains(said);
        assertThat(ids("state=replaying")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/api/dead-letters/99,  404",
        "/api/dead-letters/x,   404",
        "/api/replays/99999999, 404",
        "/api/replays/x,        404",
        "/api/dead-letters?replay=x, 400"
    })
    void whatIsNotThereIsNotFound(String path, int status) throws Exception {
        assertThat(api.get(path).statusCode()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "reason=unknown-device                         | 8,6,4,2",
                "dialect=building                              | 2",
                "device=d5                                     | 5",
                "from=2026-11-21T10:03:00Z&to=2026-11-21T10:05:00Z | 4,3",
                "reason=malformed-json&to=2026-11-21T10:03:00Z | 1",
                "state=open&tenant=acme                        | 9"
            })
    void theListIsChosenFromByTheSameParameters(String parameters, String expected) throws Exception {
        assertThat(String.join(
                        ",", ids(parameters).stream().map(String::valueOf).toList()))
                .isEqualTo(expected);
    }

    @Test
    void aFilterTakesOnThoseThatAreWholePageByPageUnderOneNumber() throws Exception {
        HttpResponse<String> dry =
                api.send("POST", "/api/dead-letters/replay?reason=unknown-device&dry_run=true&limit=1");
        assertThat(dry.statusCode()).isEqualTo(200);
        assertThat(dry.body()).isEqualTo("{\"replayable\":3,\"not_replayable\":1}");
        assertThat(ids("state=replaying")).isEmpty();

        HttpResponse<String> first = api.send("POST", "/api/dead-letters/replay?reason=unknown-device&limit=2");
        assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
        long replay = ApiServer.json(first).get("replay").longValue();
        assertThat(ApiServer.json(first).get("requested").longValue()).isEqualTo(2);
        assertThat(first.headers().firstValue("Location")).hasValue("/api/replays/" + replay);
        assertThat(ids("state=replaying")).containsExactly(4L, 2L);

        String next = first.headers().firstValue("Link").orElseThrow().replaceAll("^<|>.*", "");
        HttpResponse<String> second = api.send("POST", next);
        assertThat(second.body()).isEqualTo("{\"replay\":" + replay + ",\"requested\":1}");
        assertThat(second.headers().firstValue("Link")).isEmpty();
        assertThat(ids("replay=" + replay)).containsExactly(6L, 4L, 2L);
    }

    @Test
    void anotherTenantsAreReplayedOnlyForIt() throws Exception {
        HttpResponse<String> answer = api.send("POST", "/api/dead-letters/9/replay?tenant=acme");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().firstValue("Location")).hasValue("/api/dead-letters/9?tenant=acme");
        long replay = ApiServer.json(answer).get("replay").longValue();
        assertThat(api.get("/api/replays/" + replay).statusCode()).isEqualTo(404);
        assertThat(api.get("/api/replays/" + replay + "?tenant=acme").statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "Sec-Fetch-Site, cross-site,           403",
        "Sec-Fetch-Site, same-site,            403",
        "Sec-Fetch-Site, same-origin,          202",
        "Origin,         http://evil.example,  403",
        "Origin,         null,                 403"
    })
    void whatAPageOfSomebodyElseMakesABrowserSendIsRefused(String header, String value, int status) throws Exception {
        assertThat(api.send("POST", "/api/dead-letters/1/replay", header, value).statusCode())
                .isEqualTo(status);
        assertThat(api.send("POST", "/api/dead-letters/replay", header, value).statusCode())
                .isEqualTo(status);
    }

    @Test
    void theFieldsOfAFormSayNothing() throws Exception {
        String path = "/api/dead-letters/4/replay";

        HttpResponse<String> answer = api.post(path, "id=5".getBytes(UTF_8), "Content-Type", FORM);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(ApiServer.json(answer).get("id").longValue()).isEqualTo(4);

        byte[] pretence = "Sec-Fetch-Site=same-origin".getBytes(UTF_8);
        assertThat(api.post(path, pretence, "Content-Type", FORM, "Origin", "http://evil.example")
                        .statusCode())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({"none, 202", "cross-site, 403"})
    void aBodyThatNobodyAskedForIsDropped(String site, int status) throws Exception {
        byte[] body = new byte[4_000_000]; // larger ones are refused everywhere

        assertThat(api.post("/api/dead-letters/4/replay", body, "Sec-Fetch-Site", site)
                        .statusCode())
                .isEqualTo(status);
    }

    @Test
    void aPageOfTheServerItselfMayAsk() throws Exception {
        assertThat(api.send("POST", "/api/dead-letters/1/replay", "Origin", "http://127.0.0.1:" + api.port)
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void aPathSaysWhatItAllows() throws Exception {
        HttpResponse<String> answer = api.get("/api/dead-letters/1/replay");

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).hasValue("POST");
    }

    private static List<Long> ids(String parameters) throws Exception {
        List<Long> ids = new ArrayList<>();
        ApiServer.json(api.get("/api/dead-letters?" + parameters))
                .forEach(letter -> ids.add(letter.get("id").longValue()));
        return ids;
    }
}
