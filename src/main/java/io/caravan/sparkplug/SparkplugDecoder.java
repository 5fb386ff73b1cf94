package io.caravan.sparkplug;

import io.caravan.decode.Decoded;
import io.caravan.decode.Decoder;
import io.caravan.decode.Measured;
import io.caravan.decode.PayloadHash;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Reason;
import io.caravan.decode.Standing;
import io.caravan.decode.Undecodable;
import io.caravan.sparkplug.Certificate.Kind;
import io.caravan.sparkplug.Definitions.Definition;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads what edge nodes and their devices publish, births and deaths included. Data messages are read in the light of the births
 * before them; one that none explains asks for a rebirth. Source: Sparkplug 3.0.0. Thread-safe, as long as each partition is used
 * by the thread that reads it.
 */
public final class SparkplugDecoder implements Decoder {

    private static final String KIND = "sparkplug.";

    private final Sessions sessions;
    private final Rebirths rebirths;

    public SparkplugDecoder(Sessions sessions, Rebirths rebirths) {
        this.sessions = sessions;
        this.rebirths = rebirths;
    }

    @Override
    public Decoded decode(RawMessage raw) throws Undecodable {
        Topic topic = Topic.of(raw.topic());
        Payload payload = Payload.read(raw.payload());
        long hash = PayloadHash.of(raw.payload());
        RawMessage.Place place = raw.place();
        if (place == null) {
            return new Reading(raw, topic, payload, hash, new Session()).read(false);
        }
        Session session = sessions.session(place, Receiver.of(place, topic));
        return new Reading(raw, topic, payload, hash, session).read(sessions.inPlace(place));
    }

    /** One message being read. */
    private final class Reading {

        private final RawMessage raw;
        private final Topic topic;
        private final Payload payload;
        private final long hash;
        private final Session session;
        private final List<Metric> others = new ArrayList<>(0);

        Reading(RawMessage raw, Topic topic, Payload payload, long hash, Session session) {
            this.raw = raw;
            this.topic = topic;
            this.payload = payload;
            this.hash = hash;
            this.session = session;
        }

        /** @param inPlace whether it changes what later messages are read by */
        Decoded read(boolean inPlace) throws Undecodable {
            Definitions declared = topic.type().isBirth() ? Definitions.of(payload) : Definitions.NONE;
            List<String> gone = topic.type() == Topic.Type.NDEATH && inPlace ? session.devices() : List.of();
            boolean counts = !inPlace || certify(declared);
            if (inPlace && topic.type() != Topic.Type.NDEATH) {
                session.received(payload.seq(), hash, counts && topic.type() == Topic.Type.NBIRTH);
            }
            try {
                return decoded(declared, counts ? gone : List.of());
            } finally {
                if (inPlace) {
                    rebirths.heard(Receiver.of(raw.place(), topic), topic, session, raw.receivedAt());
                }
            }
        }

        /** Takes births and deaths into the session; false for one that changes nothing. */
        private boolean certify(Definitions declared) {
            Kind kind =
                    switch (topic.type()) {
                        case NBIRTH -> Kind.NODE_BIRTH;
                        case NDEATH -> Kind.NODE_DEATH;
                        case DBIRTH -> Kind.DEVICE_BIRTH;
                        default -> null;
                    };
            if (kind == null) {
                return true;
            }
            return sessions.apply(
                    session,
                    new Certificate(
                            raw.place(),
                            topic.group(),
                            topic.node(),
                            topic.device(),
                            kind,
                            payload.bdSeq(),
                            hash,
                            raw.receivedAt(),
                            kind == Kind.NODE_BIRTH ? Certificate.UNDATED : 0,
                            declared));
        }

        private Decoded decoded(Definitions declared, List<String> gone) throws Undecodable {
            Topic.Type type = topic.type();
            List<Measured> measured = type.isDeath() ? List.of() : measured(declared);
            boolean event = !type.isData() || !others.isEmpty();
            Set<String> names = new LinkedHashSet<>();
            measured.forEach(metric -> names.add(metric.metric()));
            return Decoded.of(
                            Topic.id(topic.node(), topic.device()),
                            type == Topic.Type.NDEATH
                                    ? Decoded.NO_TIME
                                    : payload.timestamp(), // its own is that of the connection
                            hash)
                    .tenant(topic.group())
                    .eventType(type.isData() ? "telemetry" : KIND + type.name().toLowerCase(java.util.Locale.ROOT))
                    .measured(measured, List.copyOf(names))
                    .offline(isOffline())
                    .body(event ? EventBody.of(payload, others, measured.size() - others.size()) : null)
                    .standing(new Standing(
                            !isOffline(),
                            gone.stream()
                                    .map(device -> Topic.id(topic.node(), device))
                                    .toList()))
                    .build();
        }

        /** A death of an older session says nothing about the one that goes on. */
        private boolean isOffline() {
            return topic.type() == Topic.Type.DDEATH || topic.type() == Topic.Type.NDEATH && !session.isBorn();
        }

        private List<Measured> measured(Definitions declared) throws Undecodable {
            Definitions definitions = topic.type().isBirth() ? declared : definitions();
            List<Measured> measured = new ArrayList<>(payload.metrics().size());
            for (Metric metric : payload.metrics()) {
                Definition definition = definitions == null ? null : definitions.find(metric);
                if (metric.name() == null && definition == null) {
                    throw undeclared(metric);
                }
                String name = metric.name() != null ? metric.name() : definition.name();
                int type = metric.type() != DataTypes.UNKNOWN || definition == null ? metric.type() : definition.type();
                String unit = metric.unit() != null || definition == null ? metric.unit() : definition.unit();
                Measured value = metric.isTransient() ? null : value(metric, name, type, unit);
                if (value != null) {
                    measured.add(value);
                }
            }
            return measured;
        }

        /** What explains a data message: the births in force, for a replay only where they are of its own session. */
        private Definitions definitions() {
            boolean covered = raw.place() == null || !raw.place().replay() || session.covers(raw.receivedAt());
            return covered ? session.definitions(topic.device()) : null;
        }

        private Measured value(Metric metric, String name, int type, String unit) throws Undecodable {
            double number;
            switch (metric.field()) {
                case INT, LONG -> {
                    if (type == DataTypes.UNKNOWN) {
                        throw undeclared(metric);
                    }
                    number = DataTypes.integer(type, metric.bits());
                }
                case BOOLEAN -> number = metric.bits();
                case FLOAT, DOUBLE -> number = metric.number();
                case NONE -> {
                    if (!DataTypes.isNumeric(type)) {
                        return new Measured(name, Double.NaN, unit, Measured.Form.ABSENT, metric.timestamp());
                    }
                    number = Double.NaN;
                }
                default -> {
                    others.add(metric.named(name, type));
                    return new Measured(name, Double.NaN, unit, Measured.Form.TEXT, metric.timestamp());
                }
            }
            boolean usable = Double.isFinite(number) && metric.quality() != Metric.BAD;
            return new Measured(
                    name,
                    usable ? number : Double.NaN,
                    unit,
                    usable ? Measured.Form.NUMBER : Measured.Form.OVERFLOW,
                    metric.timestamp(),
                    metric.quality() != Metric.GOOD);
        }

        private Undecodable undeclared(Metric metric) {
            if (raw.place() != null && !raw.place().replay()) {
                rebirths.wanted(Receiver.of(raw.place(), topic), topic, raw.receivedAt());
            }
            return new Undecodable(
                    Reason.UNKNOWN_ALIAS,
                    "no birth of " + io.caravan.decode.Text.excerpt(Topic.id(topic.node(), topic.device()))
                            + " in its session declares " + metric.shown());
        }
    }
}
