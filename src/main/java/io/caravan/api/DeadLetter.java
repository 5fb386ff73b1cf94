package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A dead letter as answers show it. Immutable.
 *
 * @param state {@code open}, {@code replaying} or {@code resolved}
 * @param waiting whether it is replayed by itself as soon as its tenant has room
 * @param replayable whether all of its raw message was kept
 * @param replay the request that asked for the last replay
 */
record DeadLetter(
        long id,
        String reason,
        String detail,
        String stage,
        String topic,
        String dialect,
        @JsonProperty("device_id") String device,
        String time,
        @JsonProperty("received_at") String receivedAt,
        long attempts,
        String state,
        boolean waiting,
        boolean replayable,
        Long replay,
        @JsonProperty("replayed_at") String replayedAt,
        @JsonProperty("resolved_at") String resolvedAt,
        @JsonProperty("payload_length") long length,
        @JsonProperty("payload_sha256") String sha256,
        byte[] payload,
        String text) {

    /** The states of a dead letter. */
    static final java.util.List<String> STATES = java.util.List.of("open", "replaying", "resolved");

    static DeadLetter of(Row row) {
        byte[] payload = (byte[]) row.value("payload");
        long length = row.number("payload_length");
        boolean cut = length != payload.length;
        String state = row.text("state");
        return new DeadLetter(
                row.number("id"),
                row.text("reason"),
                row.text("detail"),
                row.text("stage"),
                row.text("topic"),
                row.text("dialect"),
                row.text("device_id"),
                row.time("failed_at"),
                row.time("received_at"),
                row.number("attempts"),
                state,
                Boolean.TRUE.equals(row.value("waiting")),
                !cut && !isEnriched(row),
                (Long) row.value("replay"),
                row.time("replayed_at"),
                state.equals("resolved") ? row.time("resolved_at") : null,
                length,
                row.text("payload_sha256"),
                payload,
                PayloadText.of(payload, length > payload.length));
    }

    /** @throws ApiProblem 409 when it cannot be replayed */
    DeadLetter requireReplayable(Row row) {
        if (isEnriched(row)) {
            throw ApiProblem.conflict(
                    "The dead letter " + id
                            + " cannot be replayed: its raw message was gone when it failed, and only the enriched one was kept");
        }
        if (!replayable) {
            throw ApiProblem.conflict("The dead letter " + id + " cannot be replayed: only the first " + payload.length
                    + " of its " + length + " bytes were kept");
        }
        return this;
    }

    private static boolean isEnriched(Row row) {
        return Boolean.TRUE.equals(row.value("enriched"));
    }
}
