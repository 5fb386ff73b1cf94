package io.caravan.enrich;

import io.caravan.decode.Decoded;
import io.caravan.decode.Measured;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The numbers of the leaves of one message, by which readings of the same metric and time differ. They follow from what the
 * device sent alone: an edit of the configuration, and the message read again, must not make other readings of the same values.
 * So the leaves that are readings anyhow count up from 0, and those that the registry may make readings count down from -1; where
 * configuration chooses the leaves, each counts those of its metric before it. Asked for each leaf once, in their order, by one
 * thread.
 */
final class Numbers {

    /** So many are compared with each other; of more it is remembered which metrics there were. */
    private static final int FEW = 32;

    private final List<Measured> leaves;
    private final boolean chosen;
    private final Map<String, Integer> before;
    private int up;
    private int down = -1;

    Numbers(Decoded decoded) {
        this.leaves = decoded.measured();
        this.chosen = decoded.chosen();
        this.before = chosen && leaves.size() > FEW ? new HashMap<>() : null;
    }

    int of(int place) {
        Measured leaf = leaves.get(place);
        if (!chosen) {
            return leaf.form().isReading() ? up++ : down--;
        }
        if (before != null) {
            return before.merge(leaf.metric(), 1, Integer::sum) - 1;
        }
        int same = 0;
        for (int i = 0; i < place; i++) {
            same += leaves.get(i).metric().equals(leaf.metric()) ? 1 : 0;
        }
        return same;
    }
}
