package io.caravan.decode;

import java.util.List;

/**
 * What a message says of presence in a dialect whose devices announce their coming and going: who is online stays so however
 * long it is silent, and the order of receipt decides, not the devices' clocks. Immutable.
 *
 * @param online whether its own device is online
 * @param offlineWith the devices of the same tenant that go offline with it
 */
public record Standing(boolean online, List<String> offlineWith) {}
