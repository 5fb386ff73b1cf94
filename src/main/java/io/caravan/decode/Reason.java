package io.caravan.decode;

/** Why a message became a dead letter. The codes are stable: users filter by them. They are listed in docs/dead-letters.md. */
public enum Reason {
    /** No JSON: a syntax error, bytes that are no UTF-8, or nothing at all. */
    MALFORMED_JSON("malformed-json"),
    /** A payload, or a text in it, that is not of the format that the registry says. */
    MALFORMED_PAYLOAD("malformed-payload"),
    /** JSON, but an array, a string or a number where an object is expected. */
    NOT_AN_OBJECT("not-an-object"),
    /** A SenML pack that breaks the rules of RFC 8428, or is none though its content type says so. */
    MALFORMED_SENML("malformed-senml"),
    /** Objects or arrays nested deeper than 32 levels. */
    TOO_DEEP("too-deep"),
    /** More bytes than ingest takes, more values or days than a message may have, or one that would outgrow a Kafka record. */
    TOO_LARGE("too-large"),
    /** An object that measures, reports and says nothing. */
    EMPTY_MESSAGE("empty-message"),
    /** No fault: a message without a value, which its dialect says is of no use. It goes nowhere, and is counted. */
    IGNORED("ignored"),
    /** Neither topic nor payload names the device. */
    MISSING_DEVICE_ID("missing-device-id"),
    /** The device id, tenant, site, zone or event id is empty, too long, no text, or holds control characters. */
    INVALID_ID("invalid-id"),
    /** The name of a metric is too long or holds control characters. */
    INVALID_METRIC("invalid-metric"),
    /** The value of an event is missing, or no number. */
    INVALID_VALUE("invalid-value"),
    /** The timestamp is none, or lies before 1970 or after 9999. */
    INVALID_TIMESTAMP("invalid-timestamp"),
    /** The timestamp lies more than ten minutes ahead of the time of receipt. */
    TIMESTAMP_IN_FUTURE("timestamp-in-future"),
    /** The directory does not know the device, and auto-provisioning is off. */
    UNKNOWN_DEVICE("unknown-device"),
    /** The device is out of service. */
    DECOMMISSIONED_DEVICE("decommissioned-device"),
    /** The directory does not know the device, and the tenant has as many as it may have. */
    DEVICE_CAP_REACHED("device-cap-reached"),
    /** The tenant has sent more messages than it may. */
    OVER_QUOTA("over-quota"),
    /** The payload claims another tenant than the one that the device belongs to. */
    TENANT_MISMATCH("tenant-mismatch"),
    /** No topic or no payload of Sparkplug B. */
    MALFORMED_SPARKPLUG("malformed-sparkplug"),
    /** A metric that no birth of its node or device declares, so that nobody can tell what it is. */
    UNKNOWN_ALIAS("unknown-alias"),
    /** The frame of a sensor is no row of hexadecimal bytes, or too short for all that is to be read in it. */
    MALFORMED_FRAME("malformed-frame"),
    /** A frame of a sensor that no parameters describe. */
    UNKNOWN_PIN("unknown-pin"),
    /** The record on iot.raw names a dialect that no decoder reads, or lacks the headers that ingest writes. */
    UNKNOWN_DIALECT("unknown-dialect"),
    /** The database refused the row for what is in it. */
    REFUSED_BY_DATABASE("refused-by-database"),
    /** A fault of Caravan's own; the log tells more. */
    INTERNAL_ERROR("internal-error");

    private final String code;

    Reason(String code) {
        this.code = code;
    }

    /** The stable code, lower case with hyphens. */
    public String code() {
        return code;
    }
}
