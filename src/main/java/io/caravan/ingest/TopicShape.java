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
    /** {@code spBv1.0/{tenant}/{type}/{node}[/{device}]}; what a node and its devices send stays in order together. */
    SPARKPLUG {
        @Override
        public Names read(String topic) {
            String[] levels = topic.split("/", 5);
            if (levels.length < 4) {
                return Names.NONE;
            }
            String node = levels[3];
            return new Names(levels[1], levels.length == 5 ? node + '/' + levels[4] : node, node);
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

    /**
     * Tenant and device of a topic.
     *
     * @param ordered what the device stays in order with: itself, or what it hangs on
     */
    public record Names(String tenant, String device, String ordered) {
        static final Names NONE = new Names(null, null);

        Names(String tenant, String device) {
            this(tenant, device, device);
        }
    }
}
