package io.caravan.decode;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The members so far of the objects that a parser of JSON is in, outermost first, each with the leaf that it begins at. One stack
 * for a message, so that objects cost nothing. Used once, by one thread.
 */
final class OpenMembers {

    /** From so many members on an object has an index: two names are compared so often at most. */
    private static final int MANY = 64;

    private String[] names = new String[16];
    private int[] leaves = new int[16];
    private int size;
    /** Of the objects that have one, by their first member. */
    private Map<Integer, Map<String, Integer>> indices;

    int size() {
        return size;
    }

    /** The leaf that a member begins at. */
    int leaves(int member) {
        return leaves[member];
    }

    /**
     * Adds a member to the innermost object.
     *
     * @param object where that began
     * @param name as the parser gives it: names that are equal are the same
     * @return the last of that name before it, or -1
     */
    int add(int object, String name, int leaf) {
        int before = size - object < MANY ? scan(object, name) : indexed(object, name);
        if (size == names.length) {
            names = Arrays.copyOf(names, 2 * size);
            leaves = Arrays.copyOf(leaves, 2 * size);
        }
        names[size] = name;
        leaves[size++] = leaf;
        return before;
    }

    /** Ends the innermost object. */
    void truncate(int object) {
        if (indices != null) {
            indices.remove(object);
        }
        size = object;
    }

    @SuppressWarnings("StringEquality") // the parser has one text for a name
    private int scan(int object, String name) {
        for (int i = size - 1; i >= object; i--) {
            if (names[i] == name) {
                return i;
            }
        }
        return -1;
    }

    private int indexed(int object, String name) {
        indices = indices == null ? new HashMap<>() : indices;
        Map<String, Integer> index = indices.computeIfAbsent(object, missing -> {
            Map<String, Integer> made = new HashMap<>();
            for (int i = object; i < size; i++) {
                made.put(names[i], i);
            }
            return made;
        });
        Integer before = index.put(name, size);
        return before == null ? -1 : before;
    }
}
