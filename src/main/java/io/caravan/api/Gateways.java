package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.caravan.tenant.Credentials;
import io.caravan.tenant.Role;
import java.util.List;
import org.apache.camel.Exchange;

/**
 * The users of the MQTT broker that speak for several devices, and for whole topic prefixes of their tenant, the newest first: {@code
 * ask...} before a statement, {@code answer...} after it. A password is told once and kept nowhere. Thread-safe.
 */
public final class Gateways {

    private static final String SECRET = "caravan.api.gateway-secret";
    private static final String USER = "user";
    /** A gateway may have a thousand devices. */
    private static final int MOST_ROWS = 100;

    /** How many gateways a tenant may have. */
    private static final int CAP = 1_000;

    private final Credentials credentials;

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Gateway(
            String username,
            String label,
            RawValue devices,
            @JsonProperty("topic_prefixes") RawValue prefixes,
            @JsonProperty("created_at") String createdAt,
            @JsonProperty("password_at") String passwordAt,
            @JsonProperty("updated_at") String updatedAt,
            MqttLogin mqtt) {

        static Gateway of(Row row) {
            return of(row, null);
        }

        static Gateway of(Row row, MqttLogin login) {
            return new Gateway(
                    row.text("user_name"),
                    row.text("label"),
                    row.json("devices"),
                    row.json("topic_prefixes"),
                    row.time("created_at"),
                    row.time("password_at"),
                    row.time("updated_at"),
                    login);
        }
    }

    private record Renewed(String username, MqttLogin mqtt) {}

    public Gateways(Credentials credentials) {
        this.credentials = credentials;
    }

    public void ask(Exchange exchange) {
        Request request = Request.open(exchange, "limit", Cursor.PARAMETER).withLimit(50, MOST_ROWS);
        NewestDevices.page(request).handOver(exchange);
    }

    public void answer(Exchange exchange) {
        Answer.page(
                exchange,
                Answer.rows(exchange),
                Gateway::of,
                last -> Cursor.after(last.micros("created_at"), last.text("user_name")));
    }

    public void askOne(Exchange exchange) {
        String user = userInPath(exchange);
        Request.open(exchange).with(USER, user).handOver(exchange);
    }

    /** Hands the gateway of the body over to the statement that makes it. */
    public void askPost(Exchange exchange) {
        byte[] body = body(exchange);
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        ObjectNode gateway = GatewayBody.gateway(body);
        String label = gateway.get(GatewayBody.LABEL).textValue();
        withSecret(exchange, request, credentials.userName(request.tenant(), label))
                .with("label", label)
                .with("devices", GatewayBody.texts(gateway, GatewayBody.DEVICES))
                .with("prefixes", GatewayBody.texts(gateway, GatewayBody.PREFIXES))
                .with("wide", mayGiveAnything(request))
                .with("cap", CAP)
                .handOver(exchange);
    }

    /** Hands the merge patch of the body over to the statement that applies it. */
    public void askPatch(Exchange exchange) {
        byte[] body = body(exchange);
        String user = userInPath(exchange);
        Long[] expected = EntityTag.expectedOfExisting(exchange);
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        request.with(USER, user)
                .with("patch", GatewayBody.patch(body, user).toString())
                .with("wide", mayGiveAnything(request))
                .with("expected", expected)
                .handOver(exchange);
    }

    /** Topics of other dialects are of the tenant default unless they name another, and a first level has those of tenants to come. */
    private static boolean mayGiveAnything(Request request) {
        return request.identity().role() == Role.ADMIN;
    }

    private static byte[] body(Exchange exchange) {
        byte[] body = RequestBody.read(exchange, GatewayBody.LARGEST, null);
        exchange.getMessage().setBody(body);
        return body;
    }

    /** Asks for the gateway as it is now; or tells why it was not stored. */
    public void stored(Exchange exchange) {
        Row row = Answer.rows(exchange).get(0);
        String outcome = row.text("outcome");
        boolean created = outcome.equals("created");
        if (!created && !outcome.equals("done")) {
            throw refusal(outcome, row.text("culprit"), Request.of(exchange));
        }
        Stored.readAgain(exchange, created);
    }

    private static ApiProblem refusal(String outcome, String culprit, Request request) {
        return switch (outcome) {
            case "missing" -> missing(request);
            case "changed" ->
                EntityTag.failed(
                        "The gateway has changed, or has no version that If-Match names, or is there where If-None-Match: * wants none; read it again");
            case "too many" -> ApiProblem.conflict("The tenant has " + CAP + " gateways, the most it may have");
            case "too many devices" ->
                ApiProblem.conflict("The gateways of the tenant would speak for more than 20000 devices together");
            case "too many prefixes" ->
                ApiProblem.conflict("The tenant would have more than 20 Sparkplug groups, or 10000 topic prefixes");
            case "too wide" ->
                ApiProblem.parameter(
                        GatewayBody.PREFIXES,
                        "'" + culprit + "' is below none of building/, spBv1.0/{group} and {cmnd,stat,tele}/f2-{mac}: "
                                + "only an administrator may give it");
            case "decommissioned" -> ApiProblem.conflict("The device '" + culprit + "' is out of service");
            case "prefix of another", "topics of another" ->
                ApiProblem.conflict("The topics of '" + culprit + "', or some below, are another tenant's");
            default -> ApiProblem.internal();
        };
    }

    /** Answers a gateway; with what it logs in with, where it is new. */
    public void answerOne(Exchange exchange) {
        Request request = Request.of(exchange);
        Row row = only(exchange);
        Credentials.Secret secret = exchange.getProperty(SECRET, Credentials.Secret.class);
        Answer.with(exchange, Gateway.of(row, secret == null ? null : login(request, secret)));
        EntityTag.ofWhole(exchange, row);
        if (secret != null) {
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 201);
            exchange.getMessage().setHeader("Location", request.sameTenant("/api/gateways/" + request.parameter(USER)));
        }
    }

    /** Asks for another password. */
    public void askRenew(Exchange exchange) {
        String user = userInPath(exchange);
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        withSecret(exchange, request, user).handOver(exchange);
    }

    public void answerRenewed(Exchange exchange) {
        Row row = only(exchange);
        Credentials.Secret secret = exchange.getProperty(SECRET, Credentials.Secret.class);
        Answer.with(exchange, new Renewed(row.text("user_name"), login(Request.of(exchange), secret)));
    }

    public void askDelete(Exchange exchange) {
        String user = userInPath(exchange);
        Long[] expected = EntityTag.expectedOfExisting(exchange);
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        request.with(USER, user).with("expected", expected).handOver(exchange);
    }

    /** Answers 204; 404 where there is none, for whoever mistypes a name must not take the gateway for gone. */
    public void answerDelete(Exchange exchange) {
        String outcome = Answer.rows(exchange).get(0).text("outcome");
        if (!outcome.equals("done")) {
            throw refusal(outcome, null, Request.of(exchange));
        }
        Stored.deleted(exchange);
    }

    private Request withSecret(Exchange exchange, Request request, String user) {
        Credentials.Secret secret = credentials.fresh();
        exchange.setProperty(SECRET, secret);
        return request.with(USER, user).with("sha256", secret.sha256()).with("salt", secret.salt());
    }

    private static MqttLogin login(Request request, Credentials.Secret secret) {
        return new MqttLogin(request.parameter(USER), secret.password(), null, null);
    }

    private static String userInPath(Exchange exchange) {
        return Request.inPath(exchange, "username");
    }

    private static Row only(Exchange exchange) {
        List<Row> rows = Answer.rows(exchange);
        if (rows.isEmpty()) {
            throw missing(Request.of(exchange));
        }
        return rows.get(0);
    }

    private static ApiProblem missing(Request request) {
        return ApiProblem.notFound("There is no such gateway of the tenant '" + request.tenant() + "'");
    }
}
