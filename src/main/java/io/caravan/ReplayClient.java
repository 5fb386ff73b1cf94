package io.caravan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The API of a running Caravan, for {@link ReplayCommand}. Thread-safe. */
final class ReplayClient {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Pattern NEXT = Pattern.compile("<(.*)>; rel=\"next\"");

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(ANSWER).build();
    private final String address;
    private final String token;

    /** @param token what it signs in with, null where nobody has to
     * @throws UserError when the address is none */
    ReplayClient(String address, String token) {
        this.token = token;
        this.address = address.replaceFirst("/+$", "");
        if (!this.address.matches("https?://[^/\\s]+(/\\S*)?")) {
            throw new UserError("--api must be an address such as http://127.0.0.1:8080, not '" + address + "'");
        }
    }

    /** Where a Caravan with these settings has its API, asked from the same machine. */
    static String addressOf(Settings settings) {
        String host = settings.text("caravan.http.host");
        String asked = host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
        return HttpCertificate.scheme(settings) + "://" + (asked.contains(":") ? "[" + asked + "]" : asked) + ":"
                + settings.port("caravan.http.port");
    }

    /** @param next the path of the next page, null after the last */
    record Answer(JsonNode body, String next) {}

    /** The server answers, and does not do it. Its text is the server's. */
    static final class Refused extends IOException {

        private static final long serialVersionUID = 1;

        private final int status;

        Refused(int status, String text) {
            super(text);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return send(request(path).GET().build()).body();
    }

    Answer post(String path) throws IOException, InterruptedException {
        return send(request(path).POST(HttpRequest.BodyPublishers.noBody()).build());
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + path)).timeout(ANSWER);
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    private Answer send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IOException(
                    "No answer from " + address + ": is the stage api running there? (--api names another)", e);
        }
        JsonNode body = bodyOf(response);
        if (response.statusCode() >= 300) {
            throw new Refused(response.statusCode(), body.path("detail").asText("HTTP " + response.statusCode()));
        }
        Matcher link = NEXT.matcher(response.headers().firstValue("Link").orElse(""));
        return new Answer(body, link.matches() ? link.group(1) : null);
    }

    private JsonNode bodyOf(HttpResponse<String> response) throws IOException {
        try {
            return MAPPER.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw new Refused(response.statusCode(), address + " is no API of Caravan: HTTP " + response.statusCode());
        }
    }
}
