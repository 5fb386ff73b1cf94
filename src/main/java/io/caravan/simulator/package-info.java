/** Simulated devices: the payloads of the systems that Caravan replaces, published to an MQTT broker at a steady pace. */
package io.caravan.simulator;
