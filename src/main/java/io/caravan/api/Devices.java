package io.caravan.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.decode.Text;
import io.caravan.registry.Patience;
import org.apache.camel.Exchange;

/**
 * The devices of a tenant, the newest first: {@code ask...} before the statement, {@code answer...} after it. How they are
 * added, {@link Onboarding} says. Thread-safe.
 */
public final class Devices {

    private static final int MOST_ROWS = 1_000;
    private static final String DECOMMISSIONED = "decommissioned";

    private final Patience patience;

    public Devices(Patience patience) {
        this.patience = patience;
    }

    public void ask(Exchange exchange) {
        Request request = Request.open(exchange, DECOMMISSIONED, "limit", Cursor.PARAMETER)
                .withLimit(100, MOST_ROWS);
        NewestDevices.page(request)
                .with(DECOMMISSIONED, Boolean.TRUE.equals(request.query().flag(DECOMMISSIONED)))
                .with(patience.parameters())
                .handOver(exchange);
    }

    public void answer(Exchange exchange) {
        Answer.page(exchange, Answer.rows(exchange), DeviceAnswer::of, NewestDevices::after);
    }

    public void askOne(Exchange exchange) {
        String device = Request.inPath(exchange, "id");
        Request.open(exchange)
                .with("device", device)
                .with(patience.parameters())
                .handOver(exchange);
    }

    public void answerOne(Exchange exchange) {
        Row row = Answer.ofDevice(exchange, "device_id").get(0);
        Answer.with(exchange, DeviceAnswer.of(row));
        EntityTag.ofWhole(exchange, row);
    }

    /** Hands the merge patch of the body over to the statement that applies it. */
    public void askPatch(Exchange exchange) {
        byte[] body = RequestBody.read(exchange, DeviceBody.LARGEST, null);
        exchange.getMessage().setBody(body);
        String id = idInPath(exchange);
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        ObjectNode patch = DeviceBody.patch(DeviceBody.fields(body), id);
        request.with("device", id)
                .with("patch", patch.toString())
                .with("expected", EntityTag.expectedOfExisting(exchange))
                .handOver(exchange);
    }

    /** Asks for the device as it is now; or tells why it was not changed. */
    public void patched(Exchange exchange) {
        String outcome = Answer.rows(exchange).get(0).text("outcome");
        Request request = Request.of(exchange);
        if (outcome.equals("missing")) {
            throw missing(request);
        } else if (!outcome.equals("done")) {
            throw Onboarding.refusal(outcome, request.tenant());
        }
        request.with(patience.parameters());
        Stored.readAgain(exchange, false);
    }

    public void askDelete(Exchange exchange) {
        String id = Request.inPath(exchange, "id");
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        exchange.setProperty(DECOMMISSIONED, EntityTag.mustExist(exchange));
        request.with("device", id)
                .with("expected", EntityTag.expectedOfExisting(exchange))
                .handOver(exchange);
    }

    /** Answers 204, also where there was no such device: it is not there. */
    public void answerDelete(Exchange exchange) {
        String outcome = Answer.rows(exchange).get(0).text("outcome");
        boolean mustExist = exchange.getProperty(DECOMMISSIONED, Boolean.class);
        if (outcome.equals("changed") || mustExist && outcome.equals("missing")) {
            throw Onboarding.refusal(outcome, Request.of(exchange).tenant());
        }
        Stored.deleted(exchange);
    }

    /** The id of a device in the path of a request that stores one. */
    static String idInPath(Exchange exchange) {
        String id = Request.inPath(exchange, "id");
        if (!Text.isId(id)) {
            throw ApiProblem.parameter("id", "id must be 1 to 200 characters without control characters");
        }
        return id;
    }

    static ApiProblem missing(Request request) {
        return ApiProblem.notFound("There is no such device of the tenant '" + request.tenant() + "'");
    }
}
