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

    /** One whose time limit is not over before the test is. */
    private static ApiServer unhurried;

    @BeforeAll
    static void start() throws Exception {
        api = new ApiServer(
                Postgres.migratedDatabase(), "127.0.0.1:1", List.of(), Integer.MAX_VALUE, Duration.ofSeconds(2));
        unhurried = new ApiServer(
                Postgres.migratedDatabase(), "127.0.0.1:1", List.of(), Integer.MAX_VALUE, Duration.ofMinutes(10));
    }

    @AfterAll
    static void stop() {
        api.close();
        unhurried.close();
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

    @Test
    void aRequestThatCouldBeTakenForAnotherIsRefusedAndItsConnectionClosed() throws Exception {
        String end = "\r\n\r\n";
        String noBytes = end + "0" + end;
        for (String rest : List.of(
                "Transfer-Encoding: xchunked" + end,
                "Transfer-Encoding: gzip, chunked" + noBytes,
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked" + noBytes,
                "Authorization: Bearer a\r\nAuthorization: Bearer b" + end,
                "Host: elsewhere.example" + end)) {
            String answer = exchange("POST /api/devices HTTP/1.1\r\nHost: here\r\n" + rest
                    + "GET /livez HTTP/1.1\r\nHost: here\r\n\r\n");
            assertThat(answer).as(rest).startsWith("HTTP/1.1 400 ").doesNotContain("200 OK");
        }
    }

    @Test
    @Timeout(300)
    void aBodyThatDoesNotSayItsLengthIsCutOffWhereNoEndpointWouldTakeIt() throws Exception {
        byte[] part = ("10000\r\n" + "x".repeat(0x10000) + "\r\n").getBytes(US_ASCII);
        for (String request : List.of("GET /livez", "DELETE /api/devices/none", "POST /nothing")) {
            try (Socket socket = new Socket("127.0.0.1", unhurried.port)) {
                socket.getOutputStream()
                        .write((request + " HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n")
                                .getBytes(US_ASCII));
                assertThatThrownBy(() -> {
                            while (true) {
                                socket.getOutputStream().write(part);
                            }
                        })
                        .as(request)
                        .isInstanceOf(IOException.class);
            }
        }
    }

    /** All that is answered until the connection is closed. */
    private static String exchange(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", api.port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
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
