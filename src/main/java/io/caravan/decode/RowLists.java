package io.caravan.decode;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;

/** Messages whose rows stand in several places: each row is the message without the other rows of its place, and without all of the others. Stateless. */
final class RowLists {

    private RowLists() {}

    /** What a message holds by rules that have {@link MessageRules#also others} beside them. */
    static Parts parts(MessageRules rules, byte[] json) throws Undecodable {
        List<MessageRules> all = all(rules);
        List<List<byte[]>> parts = new ArrayList<>();
        int size = 0;
        boolean one = true;
        for (MessageRules own : all) {
            byte[] rest = json;
            for (MessageRules other : all) {
                rest = other == own ? rest : MessageRows.of(rest, other.rows).without();
            }
            MessageRows rows = MessageRows.of(rest, own.rows);
            one &= rows.isEmpty() || rows.isOne();
            parts.add(rows.messages());
            size += parts.get(parts.size() - 1).size();
        }
        if (size == 0) {
            throw new Undecodable(
                    Reason.EMPTY_MESSAGE,
                    "no row stands at "
                            + String.join(
                                    ", ",
                                    all.stream().map(own -> own.rows.toString()).toList())
                            + ", where the registry says that rows do");
        }
        return one && size == 1 ? Parts.NONE : new Parts(joined(parts, size), 1);
    }

    /** The lists as one, of which nothing is made before it is asked for. */
    private static List<byte[]> joined(List<List<byte[]>> lists, int size) {
        return new AbstractList<>() {
            @Override
            public byte[] get(int index) {
                int at = index;
                int list = 0;
                while (at >= lists.get(list).size()) {
                    at -= lists.get(list++).size();
                }
                return lists.get(list).get(at);
            }

            @Override
            public int size() {
                return size;
            }
        };
    }

    /** By which of the rules a message is read that has one row. */
    static MessageRules rulesOf(MessageRules rules, byte[] json) throws Undecodable {
        for (MessageRules own : all(rules)) {
            if (!MessageRows.of(json, own.rows).isEmpty()) {
                return own;
            }
        }
        return rules;
    }

    private static List<MessageRules> all(MessageRules rules) {
        List<MessageRules> all = new ArrayList<>(rules.also);
        all.add(0, rules);
        return all;
    }
}
