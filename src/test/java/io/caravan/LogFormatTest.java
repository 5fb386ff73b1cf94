package io.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogFormatTest {

    @Test
    void aTerminalGetsTextAndAProgramGetsJson() {
        assertThat(LogFormat.choose(Map.of(), true)).isEqualTo("text");
        assertThat(LogFormat.choose(Map.of(), false)).isEqualTo("json");
    }

    @Test
    void theEnvironmentDecidesAndNonsenseIsNoReasonToSayNothing() {
        assertThat(LogFormat.choose(Map.of(LogFormat.VARIABLE, "json"), true)).isEqualTo("json");
        assertThat(LogFormat.choose(Map.of(LogFormat.VARIABLE, "text"), false)).isEqualTo("text");
        assertThat(LogFormat.choose(Map.of(LogFormat.VARIABLE, "xml"), false)).isEqualTo("json");
    }

    @Test
    void jsonIsOneObjectALineWithTheFailureInIt() throws Exception {
        String[] lines = logged("json", new IllegalStateException("no answer")).split("\n");

        assertThat(lines).hasSize(1);
        JsonNode line = new ObjectMapper().readTree(lines[0]);
        assertThat(line.path("level").asText()).isEqualTo("WARN");
        assertThat(line.path("formattedMessage").asText()).isEqualTo("the topic \"a\" is not there\nyet");
        assertThat(line.path("throwable").path("message").asText()).isEqualTo("no answer");
        assertThat(line.path("timestamp").asLong()).isPositive();
    }

    @Test
    void textIsForPeople() throws Exception {
        assertThat(logged("text", null)).contains("WARN").contains("the topic \"a\" is not there");
    }

    /** What logback.xml of the application writes for one event in the given format. */
    private static String logged(String format, Exception failure) throws Exception {
        PrintStream stderr = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            context.putProperty("format", format);
            JoranConfigurator configurator = new JoranConfigurator();
            configurator.setContext(context);
            configurator.doConfigure(LogFormat.class.getResource("/logback.xml"));
            context.getLogger("io.caravan.Test").warn("the topic \"{}\" is not there\nyet", "a", failure);
        } finally {
            context.stop();
            System.setErr(stderr);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
