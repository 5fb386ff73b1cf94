package io.caravan.routes;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.store.Postgres;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What no request may be, whatever it asks for: larger than any endpoint takes, or without an end. */
class RequestLimitsTest {

    private static ApiServer api;

    @BeforeAll
    static void start() throws Exception {
        api = new ApiServer(
                Postgres.migratedDatabase(), "127.0.0.1:1", List.of(), Integer.MAX_VALUE, Duration.ofSeconds(2));
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void aBodyThatIsLargerThanAnyEndpointTakesIsNotWaitedFor() throws Exception {
        for (String line : Files.readAllLines(Path.of("src/test/resources/access.txt"))) {
            if (!line.startsWith("#") && !line.isBlank()) {
                String[] words = line.split("\\s+");
                String answer = ask(words[0] + " " + words[1].replaceAll("\\{\\w+}", "1"), 4 * 1024 * 1024 + 1, "");
                assertThat(answer)
                        .as(line)
                        .startsWith("HTTP/1.1 413 ")
                        .contains("application/problem+json")
                        .contains("4194304 bytes");
            }
        }
    }

    @Test
    void aRequestThatDoesNotEndIsEnded() throws Exception {
        assertThat(ask("POST /api/devices", 10, "{"))
                .startsWith("HTTP/1.1 503 ")
                .contains("longer than 2 s");
        assertThat(api.get("/api/devices").statusCode()).isEqualTo(200);
    }

    /** What is answered, to the end of its problem details. */
    private static String ask(String request, long length, String body) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", api.port)) {
            socket.setSoTimeout(60_000);
            String head = request + " HTTP/1.1\r\nHost: 127.0.0.1:" + api.port
                    + "\r\nContent-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n";
            socket.getOutputStream().write((head + body).getBytes(US_ASCII));
            StringBuilder answer = new StringBuilder();
            for (int next = 0; next >= 0 && next != '}'; ) {
                next = socket.getInputStream().read();
                answer.append((char) next);
            }
            return answer.toString();
        }
    }
}
