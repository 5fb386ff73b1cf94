package io.caravan.simulator;

import java.io.PrintWriter;
import java.util.function.Supplier;

/**
 * One line that tells how far a command is: on a terminal rewritten in place once a second, else a new line every ten
 * seconds, so that a log stays readable. Not thread-safe.
 */
public final class Progress {

    private static final long TERMINAL_NANOS = 1_000_000_000L;
    private static final long LOG_NANOS = 10_000_000_000L;

    private final PrintWriter out;
    private final boolean terminal;
    private long next;
    private boolean open;

    /** Progress that looks itself whether somebody watches a terminal. */
    public Progress(PrintWriter out) {
        this(out, System.console() != null && System.getenv("TERM") != null);
    }

    Progress(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
        this.next = System.nanoTime() + (terminal ? 0 : LOG_NANOS);
    }

    /** Whether the output is a terminal, where colour and rewriting are welcome. */
    public boolean terminal() {
        return terminal;
    }

    /** Shows the line if it is time for it. */
    public void show(Supplier<String> line) {
        long now = System.nanoTime();
        if (now - next < 0) {
            return;
        }
        next = now + (terminal ? TERMINAL_NANOS : LOG_NANOS);
        if (terminal) {
            out.print("\r\u001b[2K\u001b[36m" + line.get() + "\u001b[0m");
            open = true;
        } else {
            out.println(line.get());
        }
        out.flush();
    }

    /** Wipes the line from the terminal, for what is printed next. */
    public void end() {
        if (open) {
            out.print("\r\u001b[2K");
            out.flush();
            open = false;
        }
    }
}
