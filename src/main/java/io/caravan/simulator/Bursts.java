package io.caravan.simulator;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Lets the devices of a family send 3-6 messages 0.2 s apart a quarter of the time, and then pause for 3-8 s. */
final class Bursts implements Family {

    private static final Duration WITHIN = Duration.ofMillis(200);

    private final Family family;
    private final RandomGenerator random;
    private final Map<Integer, Integer> left = new HashMap<>();

    Bursts(Family family, RandomGenerator random) {
        this.family = family;
        this.random = random;
    }

    @Override
    public String deviceId(int device) {
        return family.deviceId(device);
    }

    @Override
    public Message next(int device, Instant time) {
        Message message = family.next(device, time);
        int more = left.getOrDefault(device, 0);
        if (more == 0 && random.nextInt(4) == 0) {
            more = 3 + random.nextInt(4);
        }
        left.put(device, Math.max(0, more - 1));
        return new Message(
                message.topic(),
                message.payload(),
                more > 1 ? WITHIN : Duration.ofMillis(3_000 + random.nextInt(5_000)));
    }
}
