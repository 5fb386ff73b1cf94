package io.caravan.faults;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the oracle found: how many of which fault, with some examples. A fault of which there are none is not named. */
final class Verdict {

    private static final int EXAMPLES = 5;

    private final Map<Fault, Long> counts = new LinkedHashMap<>();
    private final Map<Fault, List<String>> examples = new LinkedHashMap<>();

    /** What must never be. */
    enum Fault {
        /** A reading or event of an acknowledged message is not stored. */
        LOST,
        /** A reading or event is stored more often than it was sent. */
        DUPLICATED,
        /** A reading is stored with another value than it was sent with. */
        ALTERED,
        /** A reading or event is stored that nobody sent. */
        INVENTED,
        /** A settled window is not what its readings are, is missing, or has none. */
        WRONG_WINDOW,
        /** A reading came too late for its window and waits to be put into it. */
        UNSETTLED,
        /** The latest value of a metric is not its newest reading. */
        WRONG_LATEST,
        /** A device was heard of later than its presence says. */
        WRONG_PRESENCE,
        /** A device that was heard of is not in the directory. */
        UNKNOWN_DEVICE,
        /** An acknowledged message that was sent bad is no dead letter, or one for another reason. */
        DEAD_LETTER_MISSING,
        /** A dead letter was not sent bad, or has other bytes than were sent. */
        STRANGE_DEAD_LETTER,
        /** The ledger does not add up, or has something in flight at rest. */
        UNBALANCED
    }

    void add(Fault fault, long count, String example) {
        counts.merge(fault, count, Long::sum);
        List<String> some = examples.computeIfAbsent(fault, key -> new ArrayList<>());
        if (some.size() < EXAMPLES) {
            some.add(example);
        }
    }

    long count(Fault fault) {
        return counts.getOrDefault(fault, 0L);
    }

    boolean pass() {
        return counts.isEmpty();
    }

    void requirePass() {
        if (!pass()) {
            throw new AssertionError(toString());
        }
    }

    @Override
    public String toString() {
        if (pass()) {
            return "nothing wrong";
        }
        StringBuilder text = new StringBuilder();
        counts.forEach((fault, count) -> {
            text.append(fault).append(": ").append(count).append('\n');
            examples.get(fault)
                    .forEach(example -> text.append("    ").append(example).append('\n'));
        });
        return text.toString();
    }
}
