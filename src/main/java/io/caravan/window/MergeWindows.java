package io.caravan.window;

import io.micrometer.core.instrument.Counter;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;

/** Merges the shares of a window as they come. Thread-safe as long as each window is used by one thread at a time. */
final class MergeWindows implements AggregationStrategy {

    private final Room room;
    private final Counter late;
    private final Counter refused;

    MergeWindows(Room room, Counter late, Counter refused) {
        this.room = room;
        this.late = late;
        this.refused = refused;
    }

    @Override
    public Exchange aggregate(Exchange old, Exchange fresh) {
        Share share = fresh.getMessage().getBody(Share.class);
        Exchange answer = old;
        if (old == null) {
            // an exchange of its own: the properties of the other one hold the whole batch
            answer = new DefaultExchange(fresh.getContext());
            answer.getMessage().setBody(new LiveWindow(share.device(), share.width(), share.start(), room));
        }
        LiveWindow window = answer.getMessage().getBody(LiveWindow.class);
        Partial partial = share.partial();
        boolean over = partial == null;
        if (old == null && !share.opens()) {
            // the timeout has closed the window since this share was made
            window.giveUp();
            over = true;
            late.increment(partial == null ? 0 : partial.readings());
        } else if (partial != null && !window.add(partial)) {
            refused.increment(partial.readings());
        }
        answer.getMessage().setHeader(LiveWindows.OVER, over);
        return answer;
    }
}
