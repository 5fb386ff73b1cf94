package io.caravan.tenant;

/**
 * What a token of an application was given for. Immutable.
 *
 * @param key which of its keys the application had, without telling the key
 * @param asOf when that was so, by the database's clock, microseconds since the epoch
 */
public record Grant(String key, long asOf) {}
