package io.caravan;

import io.caravan.kafka.WatchedConsumers;
import io.caravan.registry.DeviceRegistry;
import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import io.caravan.window.Comparison;
import io.caravan.window.LiveWindows;
import io.caravan.window.Partials;
import io.caravan.window.SettledWindows;
import io.caravan.window.Settling;
import io.caravan.window.TypeWidths;
import io.caravan.window.Width;
import io.caravan.window.Widths;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BiConsumer;

/** The beans that the routes of the stage window name. */
final class WindowBeans {

    private WindowBeans() {}

    /** @param consumers tell when partitions leave this process, and with them what live windows are made of */
    static void bind(
            BiConsumer<String, Object> beans,
            Settings settings,
            DeviceRegistry registry,
            WatchedConsumers consumers,
            MeterRegistry meters) {
        TypeWidths widths = widths(settings, registry);
        String topic = settings.text("caravan.topic.aggregates");
        beans.accept("settling", new Settling(widths, settings.duration("caravan.window.settle-after"), meters));
        beans.accept("settledWindows", new SettledWindows(topic, meters));

        Partials partials = new Partials(widths.common());
        LiveWindows liveWindows = new LiveWindows(
                widths,
                settings.duration("caravan.window.grace"),
                settings.duration("caravan.window.idle-after"),
                settings.number("caravan.window.most-open", 1, Integer.MAX_VALUE),
                topic,
                meters);
        beans.accept("partials", partials);
        beans.accept("liveWindows", liveWindows);
        beans.accept("mergeWindows", liveWindows.merge());
        beans.accept("comparison", new Comparison(widths, meters));
        consumers.onLeave("caravan-window", partials::left);
    }

    /** The widths of windows, by device type. */
    static TypeWidths widths(Settings settings, DeviceRegistry registry) {
        return new TypeWidths(common(settings), registry);
    }

    /**
     * The device registry; a type's windows must be multiples of the smallest common one.
     *
     * @throws UserError when it is not valid
     */
    static DeviceRegistry registry(Settings settings) {
        Width smallest = common(settings).smallest();
        String file = settings.text("caravan.registry.file");
        DeviceRegistry registry = new DeviceRegistry(Path.of(file), Duration.ofSeconds(smallest.seconds()));
        for (String dialect : registry.types().dialects().keySet()) {
            String key = "caravan.dialect." + dialect + ".zone";
            if (settings.asMap().containsKey(key)) {
                throw new UserError(key + " has no effect: " + file + " declares the dialect, and its \"time_zone\"");
            }
        }
        return registry;
    }

    private static Widths common(Settings settings) {
        return Widths.parse(settings.text(Widths.KEY));
    }
}
