package io.caravan.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import io.caravan.simulator.TestBroker;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * The bench against a real broker and a real database. In place of the application a subscriber stores what it receives, so
 * that faults can be planted. Kafka is not there, which must only cost the figures that it tells.
 */
class BenchIT {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void aFaithfulStoreIsToldFromAFaultyOne() throws Exception {
        try (TestBroker broker = new TestBroker();
                EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                        .setServerConfig("track_commit_timestamp", "on")
                        .start()) {
            try (Connection connection = postgres.getPostgresDatabase().getConnection()) {
                connection
                        .createStatement()
                        .execute("CREATE TABLE readings (device_id text COLLATE \"C\", metric text COLLATE \"C\","
                                + " ts timestamptz, value double precision, unit text)");
                Mqtt5AsyncClient subscriber = subscribe(broker, connection);

                Run good = bench(broker, postgres);
                assertThat(good.err).contains("300 bytes and 2 readings");
                JsonNode result = MAPPER.readTree(good.out);
                assertThat(good.exitCode).isZero();
                assertThat(result.get("verdict").textValue()).isEqualTo("PASS");
                // 50 while the rate rises and 300 at full rate, less what the machine did not let it send in time
                double missing = 200 * result.get("behind_schedule_ms").doubleValue() / 1_000;
                assertThat(result.get("sent").doubleValue()).isBetween(300 - missing, 360.0);
                assertThat(result.get("acknowledged")).isEqualTo(result.get("sent"));
                assertThat(result.get("stored")).isEqualTo(result.get("sent"));
                // how fast a busy machine stores says nothing about the bench
                double rate = result.get("messages_per_second").doubleValue();
                assertThat(rate).isPositive();
                assertThat(result.get("readings_per_second").doubleValue()).isCloseTo(2 * rate, within(0.2));
                JsonNode latency = result.get("latency_ms");
                assertThat(latency.get("p50").doubleValue())
                        .isBetween(0.001, latency.get("p99").doubleValue());
                assertThat(result.get("latency_enriched_ms").isNull()).isTrue();
                assertThat(result.get("max_lag").isNull()).isTrue();
                assertThat(result.get("windows").isNull()).isTrue();
                assertThat(result.get("ledger_balanced").isNull()).isTrue();
                assertThat(result.at("/cpu_seconds_per_million_readings/postgres")
                                .isNumber())
                        .isTrue();

                connection
                        .createStatement()
                        .execute("CREATE FUNCTION rename() RETURNS trigger LANGUAGE plpgsql AS"
                                + " 'BEGIN NEW.metric := NEW.metric || 2; RETURN NEW; END';"
                                + " CREATE TRIGGER fault BEFORE INSERT ON readings FOR EACH ROW"
                                + " WHEN (NEW.metric = 'humidity') EXECUTE FUNCTION rename()");
                Run bad = bench(broker, postgres);
                result = MAPPER.readTree(bad.out);
                assertThat(bad.exitCode).isOne();
                assertThat(result.get("verdict").textValue()).isEqualTo("FAIL");
                assertThat(result.get("lost")).isEqualTo(result.get("sent"));
                assertThat(result.get("invented")).isEqualTo(result.get("sent"));
                subscriber.disconnect().join();
            }
        }
    }

    @Test
    void serversThatAreNotThereAreNamed() throws Exception {
        int port = TestBroker.freePort();
        Run run = run("--family building --rate 10 --db-url jdbc:postgresql://127.0.0.1:" + port + "/caravan");
        assertThat(run.exitCode).isOne();
        assertThat(run.err).contains("Cannot connect to the database jdbc:postgresql://127.0.0.1:" + port);
        assertThat(run("--family building --rate fast").err).contains("'fast' is neither max nor a number");
    }

    private static Run bench(TestBroker broker, EmbeddedPostgres postgres) throws IOException {
        return run("--family building --devices 10 --rate 200 --warmup 500ms --duration 1500ms --json --mqtt "
                + broker.url() + " --kafka 127.0.0.1:" + TestBroker.freePort() + " --db-user postgres --db-url "
                + postgres.getJdbcUrl("postgres", "postgres").replaceFirst("\\?.*", ""));
    }

    private static Run run(String arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = new CommandLine(new BenchCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.split(" "));
        return new Run(exitCode, out.toString(), err.toString());
    }

    private static Mqtt5AsyncClient subscribe(TestBroker broker, Connection connection) throws SQLException {
        URI url = URI.create(broker.url());
        PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO readings VALUES (?, ?, 'epoch'::timestamptz + ? * interval '1 millisecond', ?, '')");
        Mqtt5AsyncClient client = MqttClient.builder()
                .useMqttVersion5()
                .serverHost(url.getHost())
                .serverPort(url.getPort())
                .buildAsync();
        client.connect().join();
        client.subscribeWith()
                .topicFilter("building/#")
                .qos(MqttQos.AT_LEAST_ONCE)
                .callback(publish -> store(insert, publish.getPayloadAsBytes()))
                .send()
                .join();
        return client;
    }

    private static void store(PreparedStatement insert, byte[] payload) {
        try {
            JsonNode json = MAPPER.readTree(payload);
            for (String metric : new String[] {"temperature", "humidity"}) {
                insert.setString(1, json.get("deviceId").textValue());
                insert.setString(2, metric);
                insert.setLong(3, json.get("timestamp").longValue());
                insert.setDouble(4, json.get(metric).doubleValue());
                insert.executeUpdate();
            }
        } catch (IOException | SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Run(int exitCode, String out, String err) {}
}
