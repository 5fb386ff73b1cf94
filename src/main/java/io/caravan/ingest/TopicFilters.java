package io.caravan.ingest;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import java.util.Arrays;
import java.util.List;

/**
 * What a route subscribes. Source: MQTT 5, 4.7 and, of those that are shared, 4.8.2.
 *
 * @param all the topic filters, with {@code $share/group/} before each that is shared; not empty
 */
record TopicFilters(List<String> all) {

    private static final String SHARE = "$share/";
    /** What stands before topics that are not to be shared after all: the group is called off. */
    private static final String NOT_SHARED = SHARE + "off/";

    /**
     * Reads a list of filters, separated by commas; a {@code $share/group/} before the first holds for all, and
     * {@code $share/off/} for none.
     */
    static TopicFilters of(String topics) {
        int group = topics.startsWith(SHARE) ? topics.indexOf('/', SHARE.length()) + 1 : 0;
        String prefix = topics.startsWith(NOT_SHARED) ? "" : topics.substring(0, group);
        return new TopicFilters(Arrays.stream(topics.substring(group).split(","))
                .map(filter -> prefix + filter.strip())
                .toList());
    }

    /** What stands before a list of filters that a group shares. */
    static String share(String group) {
        return SHARE + group + '/';
    }

    boolean isShared() {
        return isShared(all.get(0));
    }

    /** The filters without what makes them shared. */
    List<String> unshared() {
        return all.stream()
                .map(filter -> isShared(filter) ? filter.split("/", 3)[2] : filter)
                .toList();
    }

    /**
     * One packet for all of them, so that a session has all or none. Retained messages come when a subscription is new, not
     * with every reconnect (MQTT 5, 3.8.3.1).
     */
    Mqtt5Subscribe subscribe(int qos) {
        return Mqtt5Subscribe.builder()
                .addSubscriptions(all.stream().map(filter -> Mqtt5Subscription.builder()
                        .topicFilter(filter)
                        .qos(MqttQos.fromCode(qos))
                        .retainHandling(
                                isShared(filter)
                                        ? Mqtt5RetainHandling.DO_NOT_SEND
                                        : Mqtt5RetainHandling.SEND_IF_SUBSCRIPTION_DOES_NOT_EXIST)
                        .build()))
                .build();
    }

    private static boolean isShared(String filter) {
        return filter.startsWith(SHARE);
    }
}
