package io.caravan.health;

/**
 * What a check found.
 *
 * @param detail one line for people, without secrets; may be empty
 */
public record Status(boolean up, String detail) {}
