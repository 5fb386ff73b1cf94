package io.caravan.limits;

/**
 * What a tenant may use. Immutable.
 *
 * @param messagesPerSecond how many messages of its devices are worked on in a second, null for any number
 * @param devices how many devices it may have
 * @param callsPerSecond how many requests its people may make of the API in a second, null for any number
 */
public record Limits(Integer messagesPerSecond, int devices, Integer callsPerSecond) {}
