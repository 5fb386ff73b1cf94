package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.registry.Patience;
import io.caravan.tenant.Credentials;
import io.caravan.tenant.Identity;
import java.util.Set;
import org.apache.camel.Exchange;

/**
 * Adds devices and gives them what they log in with, which is told once and kept nowhere: {@link #askPost}, {@link #askPut} and
 * {@link #askProvision} before the statement, {@link #stored} and {@link #answer} after it; {@link #askRenew} and {@link
 * #answerRenewed} for another password. Thread-safe.
 */
public final class Onboarding {

    /** The property of the exchange that holds what the device logs in with. */
    private static final String LOGIN = "caravan.api.login";

    private static final String MUST_BE_NEW = "mustBeNew";

    private final Patience patience;
    private final Credentials credentials;
    private final int cap;

    private record Login(String user, Credentials.Secret secret) {}

    /** A device with what it logs in with. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Onboarded(@JsonUnwrapped DeviceAnswer device, MqttLogin mqtt) {}

    private record Renewed(@JsonProperty("device_id") String id, MqttLogin mqtt) {}

    /** @param cap how many devices a tenant may have */
    public Onboarding(Patience patience, Credentials credentials, int cap) {
        this.patience = patience;
        this.credentials = credentials;
        this.cap = cap;
    }

    /** Hands the device of the body over to the statement that adds it. */
    public void askPost(Exchange exchange) {
        byte[] body = RequestBody.read(exchange, DeviceBody.LARGEST, null);
        exchange.getMessage().setBody(body);
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        add(exchange, request, DeviceBody.device(DeviceBody.fields(body)), true);
    }

    /** Hands the device of the body over, which registers itself for the tenant whose key it has brought. */
    public void askProvision(Exchange exchange, Identity owner, byte[] body) {
        Request request = Request.openFor(exchange, owner);
        add(exchange, request, DeviceBody.device(DeviceBody.fields(body)), false);
    }

    private void add(Exchange exchange, Request request, ObjectNode device, boolean revive) {
        String id = device.get(DeviceBody.ID).textValue();
        Login login = login(exchange, request, id);
        request.with("device", id)
                .with("wanted", JsonNodeFactory.instance.arrayNode().add(device).toString())
                .with("users", new String[] {login.user()})
                .with("sha256s", new byte[][] {login.secret().sha256()})
                .with("salts", new byte[][] {login.secret().salt()})
                .with("revive", revive)
                .with("cap", cap)
                .handOver(exchange);
    }

    /** Hands the device of the body over to the statement that replaces or adds it. */
    public void askPut(Exchange exchange) {
        byte[] body = RequestBody.read(exchange, DeviceBody.LARGEST, null);
        exchange.getMessage().setBody(body);
        String id = Devices.idInPath(exchange);
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        ObjectNode device = DeviceBody.device(DeviceBody.fields(body), id);
        Login login = login(exchange, request, id);
        request.with("device", id)
                .with("wanted", device.toString())
                .with("user", login.user())
                .with("sha256", login.secret().sha256())
                .with("salt", login.secret().salt())
                .with("cap", cap)
                .with("expected", EntityTag.expected(exchange))
                .with("mustExist", EntityTag.mustExist(exchange))
                .with(MUST_BE_NEW, EntityTag.mustBeNew(exchange))
                .handOver(exchange);
    }

    private Login login(Exchange exchange, Request request, String device) {
        Login login = new Login(credentials.userName(request.tenant(), device), credentials.fresh());
        exchange.setProperty(LOGIN, login);
        return login;
    }

    /** Asks for the device as it is now; or tells why it was not stored. */
    public void stored(Exchange exchange) {
        String outcome = Answer.rows(exchange).get(0).text("outcome");
        if (outcome.equals("done")) {
            exchange.removeProperty(LOGIN);
        } else if (outcome.equals("exists")
                && Boolean.TRUE.equals(Request.of(exchange).value(MUST_BE_NEW))) {
            throw EntityTag.failed("There is a device of this id already");
        } else if (!outcome.equals("created")) {
            throw refusal(outcome, Request.of(exchange).tenant());
        }
        Request.of(exchange).with(patience.parameters());
        Stored.readAgain(exchange, outcome.equals("created"));
    }

    /** Why a device is not added, or not changed. */
    static ApiProblem refusal(String outcome, String tenant) {
        return switch (outcome) {
            case "exists" -> ApiProblem.conflict("There is a device of this id already");
            case "decommissioned" ->
                ApiProblem.conflict("This device was decommissioned; an operator can bring it back, it cannot");
            case "too many" ->
                ApiProblem.conflict(
                        "The tenant '" + tenant + "' has as many devices as it may have (caravan.devices.cap)");
            case "topics of another" -> ApiProblem.conflict("The topics of a device of this id are another tenant's");
            case "changed" ->
                EntityTag.failed(
                        "The device has changed, or has no version that If-Match names, or is there where If-None-Match: * wants none; read it again");
            case "missing" -> EntityTag.failed("There is no such device, which the header If-Match wants");
            case "too large" -> ApiProblem.parameter("body", "With this change the device would have more than 64 KB");
            default -> ApiProblem.internal();
        };
    }

    /** Answers the device; with what it logs in with, where it is new. */
    public void answer(Exchange exchange) {
        Row row = Answer.ofDevice(exchange, "device_id").get(0);
        Request request = Request.of(exchange);
        Login login = exchange.getProperty(LOGIN, Login.class);
        DeviceAnswer device = DeviceAnswer.of(row);
        Answer.with(exchange, new Onboarded(device, login == null ? null : login(request, device.id(), login)));
        EntityTag.ofWhole(exchange, row);
        if (login != null) {
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 201);
            exchange.getMessage()
                    .setHeader("Location", request.sameTenant("/api/devices/" + Query.encoded(device.id())));
        }
    }

    private static MqttLogin login(Request request, String device, Login login) {
        return MqttLogin.of(
                request.tenant(), device, login.user(), login.secret().password());
    }

    /** Asks for another password. */
    public void askRenew(Exchange exchange) {
        String id = Devices.idInPath(exchange);
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        Login login = login(exchange, request, id);
        request.with("device", id)
                .with("user", login.user())
                .with("sha256", login.secret().sha256())
                .with("salt", login.secret().salt())
                .handOver(exchange);
    }

    public void answerRenewed(Exchange exchange) {
        Row row = Answer.rows(exchange).get(0);
        Request request = Request.of(exchange);
        String outcome = row.text("outcome");
        if (outcome.equals("missing")) {
            throw Devices.missing(request);
        } else if (!Set.of("created", "rotated").contains(outcome)) {
            throw refusal(outcome, request.tenant());
        }
        Credentials.Secret secret = exchange.getProperty(LOGIN, Login.class).secret();
        String device = request.parameter("device");
        MqttLogin login = MqttLogin.of(request.tenant(), device, row.text("user_name"), secret.password());
        Answer.with(exchange, new Renewed(device, login));
    }
}
