package io.caravan.window;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How far a device's own time has come, and which of its windows are open. All times in microseconds since the epoch. Not
 * thread-safe: guarded by {@link LiveWindows}.
 */
final class Device {

    final String tenant;
    final String id;
    /** Tenant and device in one text, different for each pair. */
    final String name;

    private final List<Open> open = new ArrayList<>(4);
    /** Open windows of widths that the device had: a part of them will be missing. */
    private final Set<Open> givenUp = new HashSet<>();
    /** The places of the widths that it has, in the list of all. */
    private int[] widths = {};
    /** For each width of that list, the end of the newest window that takes nothing any more. */
    private long[] closedUntil = {};

    private Stretch stretch;
    private long wholeFrom;
    private long newest = Long.MIN_VALUE;
    private long heard;

    private record Open(int width, long start) {}

    Device(String tenant, String id, String name) {
        this.tenant = tenant;
        this.id = id;
        this.name = name;
    }

    /**
     * Has windows of these widths from now on. What is open of another is given up; what may have begun of one that is new is
     * closed, since what came before did not go into it.
     *
     * @param all the list in which the widths have their places; it only grows
     */
    void have(int[] places, List<Width> all) {
        if (places == widths) {
            return;
        }
        int known = closedUntil.length;
        closedUntil = Arrays.copyOf(closedUntil, all.size());
        Arrays.fill(closedUntil, known, closedUntil.length, Long.MIN_VALUE);
        for (int width : widths) {
            if (!isIn(places, width)) {
                for (long start : openOf(width)) {
                    givenUp.add(new Open(width, start));
                    close(width, start, start + all.get(width).micros());
                }
            }
        }
        for (int width : places) {
            if (!isIn(widths, width) && newest != Long.MIN_VALUE) {
                closeUntil(
                        width, all.get(width).startOf(newest) + all.get(width).micros());
            }
        }
        widths = places;
    }

    private static boolean isIn(int[] places, int place) {
        for (int each : places) {
            if (each == place) {
                return true;
            }
        }
        return false;
    }

    /** The places of the widths that it has. */
    int[] widths() {
        return widths;
    }

    /** Whether a window that is over now was given up; to be asked once. */
    boolean gaveUp(int width, long start) {
        return givenUp.remove(new Open(width, start));
    }

    /** Hears of the device in a stretch of its partition; windows that may have begun before the stretch are not whole. */
    void hear(Partial partial, long grace, long now) {
        heard = now;
        if (stretch != partial.stretch()) {
            stretch = partial.stretch();
            wholeFrom = stretch.since() == Long.MIN_VALUE ? Long.MIN_VALUE : stretch.since() + grace + partial.ahead();
        }
    }

    /** The device's own time has come to this moment. */
    void advance(long timestamp) {
        newest = Math.max(newest, timestamp);
    }

    long newest() {
        return newest;
    }

    /** Whether a window takes nothing any more. */
    boolean isClosed(int width, long end) {
        return end <= closedUntil[width];
    }

    boolean isOpen(int width, long start) {
        for (Open window : open) {
            if (window.width == width && window.start == start) {
                return true;
            }
        }
        return false;
    }

    void open(int width, long start) {
        open.add(new Open(width, start));
    }

    /** The starts of the open windows of a width. */
    List<Long> openOf(int width) {
        return open.stream()
                .filter(window -> window.width == width)
                .map(Open::start)
                .toList();
    }

    /** A window is closed, and so is every older one of its width that is not open. */
    void close(int width, long start, long end) {
        open.remove(new Open(width, start));
        closeUntil(width, end);
    }

    void closeUntil(int width, long end) {
        closedUntil[width] = Math.max(closedUntil[width], end);
    }

    /** Whether all readings of a window that begins at this moment have come, or will come, this way. */
    boolean seesWhole(long start) {
        return stretch != null && !stretch.isBroken() && start >= wholeFrom;
    }

    /** Whether a device that was last heard before this moment can be forgotten. */
    boolean isForgettable(long moment) {
        return open.isEmpty() && givenUp.isEmpty() && heard < moment;
    }

    /** Leaves behind that its windows are not known any more. */
    void forget() {
        if (stretch != null) {
            stretch.forget(Arrays.stream(closedUntil).max().orElse(Long.MIN_VALUE));
        }
    }
}
