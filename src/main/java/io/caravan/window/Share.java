package io.caravan.window;

/**
 * What a partial window adds to one window of one width.
 *
 * @param width the index of the width
 * @param start the start of the window, microseconds since the epoch
 * @param partial what is added, null where the window is only closed
 * @param opens whether the window begins with it
 */
record Share(Device device, int width, long start, Partial partial, boolean opens) {}
