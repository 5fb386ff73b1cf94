package io.caravan.enrich;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.f2.Parameters;
import io.caravan.f2.SampleParameters;
import io.caravan.registry.DeviceRegistry;
import io.caravan.store.NamedStatement;
import io.caravan.store.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A message that is read again after an edit of the configuration: what was stored of it is there once. */
class ReadAgainTest {

    private static final Parameters NONE = new SampleParameters().parameters();

    @TempDir
    Path folder;

    @Test
    void aTextThatTheRegistryDeclaresANumberMakesNoOtherReadingsOfItsNeighbours() throws Exception {
        String payload = "{'device_type':'lift','timestamp':'2026-11-21T11:59:00Z',"
                + "'measurements':{'door':'open','temperature':21.5,'speed':null,'load':3}}";

        assertThat(stored(
                        enriched("lift-1", payload, registry("'load':{}", "")),
                        enriched("lift-1", payload, registry("'door':{},'speed':{},'load':{}", ""))))
                .containsExactly("door null", "load 3.0", "speed null", "temperature 21.5");
    }

    @Test
    void aNumberThatIsDeclaredATextLeavesTheOthersWhatTheyWere() throws Exception {
        String payload =
                "{'timestamp':'2026-11-21T11:59:00Z','device_type':'lift','measurements':{'serial':777,'load':3}}";

        assertThat(stored(
                        enriched("lift-1", payload, registry("'load':{}", "")),
                        enriched("lift-1", payload, registry("'serial':{'data_type':'string'},'load':{}", ""))))
                .containsExactly("load 3.0", "serial 777.0");
    }

    @Test
    void aTypeThatTheDirectoryGivesADeviceMakesNoOtherReadingsOfAPack() throws Exception {
        String payload =
                "[{'bn':'lift-1:','bt':1795262000,'n':'door','vs':'open'},{'n':'load','v':1},{'n':'load','t':1,'v':2}]";
        EnrichStage typed = EnrichStage.with(registry("'door':{},'load':{}", ""), NONE);
        Map<String, Object> device = new HashMap<>();
        device.put("tenant_id", "default");
        device.put("device_id", "lift-1");
        device.put("device_type", "lift");
        typed.directory.take(List.of(device));

        assertThat(stored(
                        enriched("lift-1", payload, registry("'load':{}", "")),
                        typed.run(typed.iot("lift-1", payload.replace('\'', '"')))))
                .containsExactly("door null", "load 1.0", "load 2.0");
    }

    @Test
    void aValueThatADialectReadsInFrontOfOthersLeavesThemWhatTheyWere() throws Exception {
        String payload = "{'t':1795262340,'link':7,'contact':'OPEN','battery':90,'volts':3}";
        String before = "'values':{'contact':'$.contact','battery':'$.battery','volts':'$.volts'}";
        String after = "'numbers':{'OPEN':1}," + before.replace("{", "{'link':'$.link',");

        assertThat(stored(mapped(payload, before), mapped(payload, after)))
                .containsExactly("battery 90.0", "contact 1.0", "link 7.0", "volts 3.0");
    }

    @Test
    void aDataPointInFrontOfOthersLeavesThemWhatTheyWere() throws Exception {
        SampleParameters before = new SampleParameters()
                .pin("e4fd45f654be", 1, 1, "env")
                .point("env", "Temperature", "Int16", "big", 2, 2, "1", "", "")
                .point("env", "Humidity", "Uint16", "big", 4, 2, "1", "", "");
        SampleParameters after = new SampleParameters()
                .pin("e4fd45f654be", 1, 1, "env")
                .point("env", "Header", "Uint16", "big", 0, 0, "1", "", "")
                .point("env", "Temperature", "Int16", "big", 2, 2, "1", "", "")
                .point("env", "Humidity", "Uint16", "big", 4, 2, "1", "", "");

        assertThat(stored(frame(before.parameters()), frame(after.parameters())))
                .containsExactly("1.1.header 1.0", "1.1.humidity 50.0", "1.1.temperature 25.0");
    }

    private Message enriched(String device, String payload, DeviceRegistry registry) {
        EnrichStage stage = EnrichStage.with(registry, NONE);
        return stage.run(stage.iot(device, payload.replace('\'', '"')));
    }

    private Message mapped(String payload, String rules) throws Exception {
        EnrichStage stage = EnrichStage.with(
                registry("'load':{}", ",'dialects':{'g':{'topics':{'g/{device}':{'timestamp':'$.t'," + rules + "}}}}"),
                NONE);
        return stage.run(stage.raw(
                "g", "g/sensor-1", null, "sensor-1", payload.replace('\'', '"').getBytes(UTF_8)));
    }

    private Message frame(Parameters f2) throws Exception {
        EnrichStage stage = EnrichStage.with(registry("'load':{}", ""), f2);
        return stage.run(stage.raw(
                "f2",
                "cmnd/f2-e4fd45f654be/sensor-mode/1/sensor-1",
                null,
                null,
                "{\"timestamp\":\"2026-11-21 11:59:00\",\"data\":\"00 01 09 C4 13 88\"}".getBytes(UTF_8)));
    }

    private DeviceRegistry registry(String measurements, String dialects) throws Exception {
        Path schema = folder.resolve("device-registry.schema.json");
        if (Files.notExists(schema)) {
            Files.copy(Path.of("config", "device-registry.schema.json"), schema);
        }
        String json = "{'device_types':{'lift':{'name':'Lift','update_frequency':'10_seconds','measurements':{"
                + measurements + "}}}" + dialects + "}";
        return new DeviceRegistry(Files.writeString(folder.resolve("device-registry.json"), json.replace('\'', '"')));
    }

    /** What the table has after all of them were stored, each by a statement of its own. */
    private static List<String> stored(Message... enriched) throws Exception {
        List<String> rows = new ArrayList<>();
        try (Connection connection = Postgres.connect(Postgres.migratedDatabase())) {
            for (Message message : enriched) {
                assertThat(EnrichStage.reason(message)).isNull();
                new NamedStatement("store-batch.sql")
                        .query(connection, EnrichStage.open().readings(message));
            }
            try (var result = connection
                    .createStatement()
                    .executeQuery("SELECT metric, value FROM readings ORDER BY metric, ts")) {
                while (result.next()) {
                    rows.add(result.getString(1) + ' ' + result.getObject(2));
                }
            }
        }
        return rows;
    }
}
