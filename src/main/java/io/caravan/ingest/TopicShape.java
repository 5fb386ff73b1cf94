package io.caravan.ingest;

import java.util.Locale;

/** Where in a topic tenant and device stand. Implementations are stateless. */
public enum TopicShape {
    /** {@code iot/{tenant}/{device}/{kind}}, and {@code iot/{device}/{kind}} for the default tenant. */
    IOT {
        @Override
        public Names read(String topic) {
            int first = topic.indexOf('/');
            int second = topic.indexOf('/', first + 1);
            if (first < 0 || second < 0) {
                return Names.NONE;
            }
            int third = topic.indexOf('/', second + 1);
            return third < 0
                    ? new Names(null, topic.substring(first + 1, second))
                    : new Names(topic.substring(first + 1, second), topic.substring(second + 1, third));
        }
    },
    /** {@code (cmnd|stat|tele)/f2-<controller>/...}: the device, whose id is lower case; its tenant is for others to know. */
    F2 {
        @Override
        public Names read(String topic) {
            int first = topic.indexOf('/');
            int second = topic.indexOf('/', first + 1);
            return second < 0
                    ? Names.NONE
                    : new Names(null, topic.substring(first + 1, second).toLowerCase(Locale.ROOT));
        }
    },
    /** The topic tells neither. */
    OPAQUE {
        @Override
        public Names read(String topic) {
            return Names.NONE;
        }
    };

    /** What the topic names; null for what it does not. */
    public abstract Names read(String topic);

    /** Tenant and device of a topic. */
    public record Names(String tenant, String device) {
        static final Names NONE = new Names(null, null);
    }
}
