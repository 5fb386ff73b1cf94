package io.caravan.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The REST API of a running Caravan, as its users see it. */
public final class Api {

    public static final ObjectMapper MAPPER = new ObjectMapper();

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Pattern NEXT = Pattern.compile("<(.*)>; rel=\"next\"");

    private final int port;
    private final String token;

    /** Asked without a token. */
    public Api(int port) {
        this(port, null);
    }

    private Api(int port, String token) {
        this.port = port;
        this.token = token;
    }

    /** The same, asked with a token. */
    public Api as(String bearer) {
        return new Api(port, bearer);
    }

    public String address() {
        return "http://127.0.0.1:" + port;
    }

    public HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(address() + path)).GET(), headers);
    }

    public HttpResponse<String> post(String path, String body, String... headers)
            throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(URI.create(address() + path)).POST(HttpRequest.BodyPublishers.ofString(body)),
                headers);
    }

    public HttpResponse<String> put(String path, String body) throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(URI.create(address() + path)).PUT(HttpRequest.BodyPublishers.ofString(body)));
    }

    public HttpResponse<String> patch(String path, String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(address() + path))
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body)));
    }

    public HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(address() + path)).DELETE());
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String... headers)
            throws IOException, InterruptedException {
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    public JsonNode json(String path) throws IOException, InterruptedException {
        return MAPPER.readTree(get(path).body());
    }

    /** All elements of a list, page after page. */
    public List<JsonNode> all(String path) throws IOException, InterruptedException {
        List<JsonNode> elements = new ArrayList<>();
        Optional<String> next = Optional.of(path);
        while (next.isPresent()) {
            HttpResponse<String> page = get(next.get());
            MAPPER.readTree(page.body()).forEach(elements::add);
            next = page.headers()
                    .firstValue("Link")
                    .map(NEXT::matcher)
                    .filter(Matcher::matches)
                    .map(link -> link.group(1));
        }
        return elements;
    }

    /** Whether all that Caravan depends on answers; false also while nobody serves. */
    public boolean isReady() {
        try {
            return get("/readyz").statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The names of the servers that do not answer. */
    public List<String> serversDown() throws IOException, InterruptedException {
        List<String> names = down();
        names.retainAll(List.of("mqtt", "kafka", "database"));
        return names;
    }

    /** The names of all checks that fail. */
    public List<String> down() throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        json("/readyz").get("checks").forEach(check -> {
            if (check.get("status").textValue().equals("DOWN")) {
                names.add(check.get("name").textValue());
            }
        });
        return names;
    }
}
