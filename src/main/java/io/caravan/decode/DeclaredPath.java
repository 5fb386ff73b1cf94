package io.caravan.decode;

/**
 * A path of the registry. Immutable.
 *
 * @param key the key of the topic that it is said at: values, timestamp
 */
public record DeclaredPath(String key, JsonPath path) {

    boolean isToRows() {
        return key.equals("rows");
    }

    /** What people take for the same, whatever rows it begins at. */
    boolean isWrittenAs(DeclaredPath other) {
        return key.equals(other.key) && path.toString().equals(other.path.toString());
    }
}
