package io.caravan;

import io.caravan.kafka.WatchedConsumers;
import io.caravan.window.Comparison;
import io.caravan.window.LiveWindows;
import io.caravan.window.Partials;
import io.caravan.window.SettledWindows;
import io.caravan.window.Settling;
import io.caravan.window.Widths;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.BiConsumer;

/** The beans that the routes of the stage window name. */
final class WindowBeans {

    private WindowBeans() {}

    /** @param consumers tell when partitions leave this process, and with them what live windows are made of */
    static void bind(
            BiConsumer<String, Object> beans, Settings settings, WatchedConsumers consumers, MeterRegistry meters) {
        Widths widths = Widths.parse(settings.text(Widths.KEY));
        String topic = settings.text("caravan.topic.aggregates");
        beans.accept("settling", new Settling(widths, settings.duration("caravan.window.settle-after"), meters));
        beans.accept("settledWindows", new SettledWindows(topic, meters));

        Partials partials = new Partials(widths);
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
}
