package io.caravan.sparkplug;

import io.caravan.decode.Reason;
import io.caravan.decode.Text;
import io.caravan.decode.Undecodable;

/**
 * What a topic of edge nodes names: {@code spBv1.0/group/type/node[/device]}. Source: Sparkplug 3.0.0, 4.2. Immutable.
 *
 * @param group the group, Caravan's tenant
 * @param type what kind of message
 * @param node the edge node
 * @param device the device, or {@link Certificate#OF_NODE}
 */
record Topic(String group, Type type, String node, String device) {

    private static final String NAMESPACE = "spBv1.0";

    /** The messages that edge nodes publish. */
    enum Type {
        NBIRTH,
        NDATA,
        NDEATH,
        DBIRTH,
        DDATA,
        DDEATH;

        boolean ofDevice() {
            return this == DBIRTH || this == DDATA || this == DDEATH;
        }

        boolean isBirth() {
            return this == NBIRTH || this == DBIRTH;
        }

        boolean isDeath() {
            return this == NDEATH || this == DDEATH;
        }

        boolean isData() {
            return this == NDATA || this == DDATA;
        }
    }

    /** @throws Undecodable {@link Reason#MALFORMED_SPARKPLUG} when it is no such topic, or {@link Reason#INVALID_ID} */
    static Topic of(String topic) throws Undecodable {
        String[] levels = topic.split("/", -1);
        if (levels.length >= 4 && levels.length <= 5 && levels[0].equals(NAMESPACE)) {
            for (Type type : Type.values()) {
                if (type.name().equals(levels[2]) && type.ofDevice() == (levels.length == 5)) {
                    return new Topic(
                            Text.id("the group", levels[1]),
                            type,
                            Text.id("the edge node", levels[3]),
                            type.ofDevice() ? Text.id("the device", levels[4]) : Certificate.OF_NODE);
                }
            }
        }
        throw new Undecodable(
                Reason.MALFORMED_SPARKPLUG, "no topic of an edge node or its devices: " + Text.excerpt(topic));
    }

    /** The topic on which the node takes commands. */
    String commands() {
        return NAMESPACE + '/' + group + "/NCMD/" + node;
    }

    /** The id of the node or of one of its devices. */
    static String id(String node, String device) {
        return device.equals(Certificate.OF_NODE) ? node : node + '/' + device;
    }
}
