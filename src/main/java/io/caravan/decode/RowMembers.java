package io.caravan.decode;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the members of an object are whose members are rows: a member to which the registry has a path of its own, one that begins with
 * {@code $}, is no row. Not changed once rules are built.
 */
final class RowMembers {

    /** What a member is. */
    enum Kind {
        ROW,
        /** What stands around the rows, as what stands beside an array of them does. */
        AROUND,
        /** What is left out of all. */
        IGNORED
    }

    /** A member of the object that so many steps lead to. */
    private record Member(int steps, String name) {}

    private final List<JsonPath.Step> toRow;
    private final Map<Member, Kind> members = new HashMap<>(0);

    /** @param rows where the rows of a message are */
    RowMembers(JsonPath rows) {
        this.toRow = JsonPath.parse("@", rows).steps();
    }

    /** The steps to a row. */
    List<JsonPath.Step> toRow() {
        return toRow;
    }

    /** Looks for members of such an object on a path of the registry. */
    void leadTo(DeclaredPath declared) {
        List<JsonPath.Step> steps = declared.path().steps();
        int step = 0;
        while (step < Math.min(steps.size(), toRow.size()) && steps.get(step).equals(toRow.get(step))) {
            step++;
        }
        if (step == Math.min(steps.size(), toRow.size())
                || toRow.get(step) != JsonPath.Row.ROW
                || !(steps.get(step) instanceof JsonPath.Name name)) {
            return;
        }
        Member member = new Member(step, name.name());
        switch (declared.key()) {
            case "contents" -> {} // is no word on what it is
            case "ignore" -> {
                if (steps.size() == step + 1) { // a row may have parts that are ignored
                    members.putIfAbsent(member, Kind.IGNORED);
                }
            }
            default -> members.put(member, Kind.AROUND);
        }
    }

    /** What a member is of the object that so many steps to a row lead to. */
    Kind of(int steps, String name) {
        return members.isEmpty() ? Kind.ROW : members.getOrDefault(new Member(steps, name), Kind.ROW);
    }

    /** Has nothing that is said of every row hold for these. To be told before it is spread. */
    void setApart(Place root) {
        members.keySet()
                .forEach(member ->
                        root.at(toRow.subList(0, member.steps())).at(List.of(new JsonPath.Name(member.name()))).noRow =
                                true);
    }
}
