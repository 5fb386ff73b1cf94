package io.caravan.routes;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.api.Timeout;

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
                        .containsIgnoringCase("Connection: close")
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

    @Test
    @Timeout(60)
    void whoGoesOnWithABodyAfterTheAnswerIsCutOff() throws Exception {
        for (String request : List.of("POST /api/devices 4194305 413", "POST /nothing 1000000 404")) {
            String[] words = request.split(" ");
            try (Socket socket = new Socket("127.0.0.1", api.port)) {
                socket.setSoTimeout(60_000);
                socket.getOutputStream().write(head(words[0] + " " + words[1], Long.parseLong(words[2])));
                assertThat(answer(socket)).startsWith("HTTP/1.1 " + words[3]);
                assertThatThrownBy(() -> drip(socket)).as(request).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void aConnectionOutlivesTheTimeLimitOfARequest() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", api.port)) {
            socket.setSoTimeout(60_000);
            for (int request = 0; request < 2; request++) {
                socket.getOutputStream().write(head("POST /nothing", 2));
                socket.getOutputStream().write("{}".getBytes(US_ASCII));
                assertThat(answer(socket)).startsWith("HTTP/1.1 404 ");
                socket.getOutputStream().write(head("GET /nothing", 0));
                assertThat(answer(socket)).startsWith("HTTP/1.1 404 ");
                Thread.sleep(2_500); // the passing of time is what is tested: longer than a request may take
            }
        }
    }

    private static void drip(Socket socket) throws Exception {
        while (true) {
            socket.getOutputStream().write('x');
            Thread.sleep(50); // no faster than a slow client
        }
    }

    private static byte[] head(String request, long length) {
        return (request + " HTTP/1.1\r\nHost: 127.0.0.1:" + api.port
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n")
                .getBytes(US_ASCII);
    }

    /** What is answered, to the end of its problem details. */
    private static String ask(String request, long length, String body) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", api.port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(head(request, length));
            socket.getOutputStream().write(body.getBytes(US_ASCII));
            return answer(socket);
        }
    }

    private static String answer(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        for (int next = 0; next >= 0 && next != '}'; ) {
            next = socket.getInputStream().read();
            answer.append((char) next);
        }
        return answer.toString();
    }
}
