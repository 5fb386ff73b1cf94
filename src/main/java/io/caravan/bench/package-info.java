/**
 * Load through the whole application and the proof of what came of it: a publisher that is cheap enough to share the
 * machine, a journal of everything that was acknowledged, and an oracle that compares it with the database.
 */
package io.caravan.bench;
