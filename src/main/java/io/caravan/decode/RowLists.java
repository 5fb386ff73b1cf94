package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Messages whose rows stand in several places, none of which lies in another: each row is the message without the other rows of its
 * place, and without all of the others. Stateless.
 */
final class RowLists {

    private RowLists() {}

    /** What a message holds by rules that have {@link MessageRules#also others} beside them. */
    static Parts parts(MessageRules rules, byte[] json, int sent) throws Undecodable {
        List<MessageRows> lists = find(rules, json);
        RowBound bound = RowBound.of(json.length, sent);
        int size = 0;
        boolean one = true;
        List<List<byte[]>> parts = new ArrayList<>();
        for (MessageRows list : lists) {
            list.without(lists.stream().filter(other -> other != list).toList());
            list.addTo(bound);
            one &= list.isWhole();
            parts.add(list.messages());
            size += list.messages().size();
        }
        if (size == 0) {
            throw new Undecodable(
                    Reason.EMPTY_MESSAGE,
                    "no row stands at "
                            + all(rules).stream()
                                    .map(own -> own.rows.toString())
                                    .collect(Collectors.joining(", "))
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
        List<MessageRows> lists = find(rules, json);
        for (int i = 0; i < lists.size(); i++) {
            if (!lists.get(i).isEmpty()) {
                return all(rules).get(i);
            }
        }
        return rules;
    }

    /** The rows of each of the rules, found in one pass. */
    private static List<MessageRows> find(MessageRules rules, byte[] json) throws Undecodable {
        return JsonDecoder.read(json, parser -> {
            List<MessageRows> lists = all(rules).stream()
                    .map(own -> new MessageRows(json, own.members, parser))
                    .toList();
            find(lists, 0, parser, parser.currentToken());
            return lists;
        });
    }

    /** Goes along those paths that lead through a value, to where each goes on alone. */
    private static void find(List<MessageRows> lists, int step, JsonParser parser, JsonToken token)
            throws IOException, Undecodable {
        if (lists.size() < 2) {
            for (MessageRows alone : lists) {
                alone.find(step, token);
            }
            parser.skipChildren();
            return;
        }
        if (!token.isStructStart()) {
            return;
        }
        int index = 0;
        for (JsonToken next = parser.nextToken(); !next.isStructEnd(); next = parser.nextToken()) {
            JsonPath.Step here = next == JsonToken.FIELD_NAME
                    ? new JsonPath.Name(parser.currentName())
                    : new JsonPath.Index(index++);
            JsonToken value = next == JsonToken.FIELD_NAME ? parser.nextToken() : next;
            List<MessageRows> there =
                    lists.stream().filter(list -> list.leads(step, here)).toList();
            if (there.stream().anyMatch(MessageRows::isFound)) {
                throw MessageRows.twice();
            }
            find(there, step + 1, parser, value);
        }
    }

    private static List<MessageRules> all(MessageRules rules) {
        List<MessageRules> all = new ArrayList<>(rules.also);
        all.add(0, rules);
        return all;
    }
}
