package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.registry.DeviceRegistry;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;

/**
 * Registers, changes and deletes applications, and gives them new keys: {@code ask...} before the statement, {@code answer...}
 * after it. A key leaves in the answer to who has asked for it, and is not kept. Thread-safe.
 */
public final class ApplicationChanges {

    private static final String KEY = "caravan.api.application-key";
    private static final String STRANGE_TYPES = "caravan.api.unknown-device-types";

    private final DeviceRegistry registry;
    private final int cap;

    /** @param cap how many applications a tenant may have */
    public ApplicationChanges(DeviceRegistry registry, int cap) {
        this.registry = registry;
        this.cap = cap;
    }

    public void askNew(Exchange exchange) {
        byte[] body = ApplicationBody.read(exchange);
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        ObjectNode document = OriginalErrors.of(() -> ApplicationBody.ofNew(body));
        noteStrangeTypes(exchange, document);
        withKey(exchange, request)
                .with("body", document.toString())
                .with("cap", cap)
                .handOver(exchange);
    }

    public void answerNew(Exchange exchange) {
        Row row = Answer.rows(exchange).get(0);
        if (row.value("id") == null) {
            if (Boolean.TRUE.equals(row.value("full"))) {
                throw ApiProblem.conflict(
                        "The tenant has " + cap + " applications, the most it may have (caravan.applications.cap)");
            }
            throw duplicate();
        }
        Application application = Application.of(row, exchange.getProperty(KEY, String.class));
        String location = Request.of(exchange).sameTenant("/api/applications/" + application.id());
        Answer.with(
                exchange, new Told("Application registered successfully", application, null, strangeTypes(exchange)));
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 201);
        exchange.getMessage().setHeader("Location", location);
    }

    public void askChange(Exchange exchange) {
        byte[] body = ApplicationBody.read(exchange);
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        String id = Applications.idIn(exchange);
        ObjectNode document = OriginalErrors.of(() -> ApplicationBody.ofChange(body));
        noteStrangeTypes(exchange, document);
        request.with("application", id).with("body", document.toString()).handOver(exchange);
    }

    public void answerChange(Exchange exchange) {
        Row row = Applications.only(exchange);
        if (row.value("id") == null) {
            throw duplicate();
        }
        Answer.with(
                exchange,
                new Told("Application updated successfully", Application.of(row), null, strangeTypes(exchange)));
    }

    public void askDelete(Exchange exchange) {
        askForOne(exchange).handOver(exchange);
    }

    public void answerDelete(Exchange exchange) {
        Applications.only(exchange);
        Answer.with(exchange, new Told("Application deleted successfully", null, null, List.of()));
    }

    public void askNewKey(Exchange exchange) {
        withKey(exchange, askForOne(exchange)).handOver(exchange);
    }

    public void answerNewKey(Exchange exchange) {
        Applications.only(exchange);
        String key = exchange.getProperty(KEY, String.class);
        Answer.with(exchange, new Told("API key regenerated successfully", null, key, List.of()));
    }

    private static Request askForOne(Exchange exchange) {
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        return request.with("application", Applications.idIn(exchange));
    }

    private static Request withKey(Exchange exchange, Request request) {
        String key = ApplicationKey.next();
        exchange.setProperty(KEY, key);
        return request.with("key", ApplicationKey.sha256(key));
    }

    /** Any type may be named, for it may be declared later; but whoever has mistyped one is to see it. */
    private void noteStrangeTypes(Exchange exchange, ObjectNode document) {
        List<String> strange = new ArrayList<>();
        document.path("devicetypes").forEach(type -> {
            if (registry.types().find(type.textValue()) == null) {
                strange.add(type.textValue());
            }
        });
        exchange.setProperty(STRANGE_TYPES, strange);
    }

    @SuppressWarnings("unchecked")
    private static List<String> strangeTypes(Exchange exchange) {
        return exchange.getProperty(STRANGE_TYPES, List.class);
    }

    private static ApiProblem duplicate() {
        return OriginalErrors.duplicateName(ApiProblem.conflict("The tenant has an application of this name already"));
    }

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    private record Told(
            String message,
            @JsonInclude(JsonInclude.Include.NON_NULL) Application application,
            @JsonProperty("new_api_key") String newApiKey,
            @JsonProperty("unknown_device_types") List<String> unknownDeviceTypes) {}
}
