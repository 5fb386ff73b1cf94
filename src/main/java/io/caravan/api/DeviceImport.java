package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.caravan.tenant.Credentials;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.camel.Exchange;

/**
 * Adds the devices of a table in CSV: each line is judged by itself, and the answer says of each what has become of it. {@link
 * #ask} before the statement, {@link #answer} after it. Thread-safe.
 */
public final class DeviceImport {

    static final int LARGEST_BODY = 4 * 1024 * 1024;
    private static final String WORK = "caravan.api.import";

    private final Credentials credentials;
    private final int cap;

    /** What is known of an import on its way: the good lines are those that the statement answers, in the same order. */
    private record Work(List<DeviceTable.Line> lines, List<String> users, List<Credentials.Secret> secrets) {}

    /** What has become of the lines. */
    private record Outcomes(int created, int refused, List<Outcome> lines) {}

    /** What has become of a line, and why. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Outcome(
            long line,
            @JsonProperty("device_id") String id,
            String outcome,
            String parameter,
            String detail,
            MqttLogin mqtt) {}

    /** @param cap how many devices a tenant may have */
    public DeviceImport(Credentials credentials, int cap) {
        this.credentials = credentials;
        this.cap = cap;
    }

    public void ask(Exchange exchange) {
        OwnPages.require(exchange);
        requireCsv(Request.header(exchange, Exchange.CONTENT_TYPE));
        byte[] body = RequestBody.read(exchange, LARGEST_BODY, null);
        exchange.getMessage().setBody(null);
        Request request = Request.open(exchange);
        Work work = new Work(new DeviceTable().read(body), new ArrayList<>(), new ArrayList<>());
        ArrayNode wanted = JsonNodeFactory.instance.arrayNode();
        for (DeviceTable.Line line : work.lines()) {
            if (line.device() != null) {
                wanted.add(line.device());
                work.users().add(credentials.userName(request.tenant(), line.id()));
                work.secrets().add(credentials.fresh());
            }
        }
        exchange.setProperty(WORK, work);
        request.with("wanted", wanted.toString())
                .with("users", work.users().toArray(new String[0]))
                .with(
                        "sha256s",
                        work.secrets().stream().map(Credentials.Secret::sha256).toArray(byte[][]::new))
                .with(
                        "salts",
                        work.secrets().stream().map(Credentials.Secret::salt).toArray(byte[][]::new))
                .with("revive", true)
                .with("cap", cap)
                .handOver(exchange);
    }

    private static void requireCsv(String contentType) {
        String type =
                contentType == null ? "" : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!type.equals("text/csv")) {
            throw ApiProblem.of(415, "The content type must be text/csv");
        }
    }

    public void answer(Exchange exchange) {
        Work work = exchange.getProperty(WORK, Work.class);
        Request request = Request.of(exchange);
        List<Row> rows = Answer.rows(exchange);
        List<Outcome> outcomes = new ArrayList<>();
        int good = 0;
        int created = 0;
        for (DeviceTable.Line line : work.lines()) {
            if (line.device() == null) {
                ApiProblem problem = line.problem();
                outcomes.add(new Outcome(
                        line.number(), line.id(), "invalid", problem.parameter(), problem.getMessage(), null));
                continue;
            }
            String outcome = rows.get(good).text("outcome");
            if (outcome.equals("created")) {
                created++;
                MqttLogin login = MqttLogin.of(
                        request.tenant(),
                        line.id(),
                        work.users().get(good),
                        work.secrets().get(good).password());
                outcomes.add(new Outcome(line.number(), line.id(), outcome, null, null, login));
            } else {
                String detail = Onboarding.refusal(outcome, request.tenant()).getMessage();
                outcomes.add(new Outcome(line.number(), line.id(), outcome.replace(' ', '-'), null, detail, null));
            }
            good++;
        }
        Answer.with(exchange, new Outcomes(created, outcomes.size() - created, outcomes));
    }
}
